import { json } from '@sveltejs/kit';
import type { z } from 'zod';
import * as codes from '#lib/domain/codes.ts';
import { countedNetwork } from '#lib/server/caller.ts';
import type { Cercle } from '#lib/server/platform.ts';
import { reachedBy } from '#lib/server/reached.ts';
import { RpcError } from '#lib/server/rpc.ts';
import type { Supabase } from '#lib/server/supabase.ts';

const MOST_BYTES = 1024;
/** The database counts what each member asks for. */
const OFTEN = { most: 30, window: 10 * 60_000 };

/** What a request about an address comes with. */
export interface Asked<Body> {
	body: Body;
	cercle: Cercle & { supabase: Supabase; secret: Supabase };
	/** The token of the member who asks; empty: none came. */
	bearer: string;
	/** Where links in mails lead, without a path. */
	origin: string;
}

/** Does what is asked when it may be asked and is of this shape; a refusal of the database is one here. */
export async function answerAddress<Body>(
	{ request, platform }: { request: Request; platform: Readonly<App.Platform> | undefined },
	shape: z.ZodType<Body>,
	work: (asked: Asked<Body>) => Promise<unknown>
): Promise<Response> {
	const cercle = platform?.req.cercle;
	if (!platform || !cercle?.supabase || !cercle.secret) return refuse(503, 'busy');
	const { supabase, secret, config } = cercle;
	const network = countedNetwork(platform.req.caller ?? '');
	const wait = network === null ? null : cercle.limits.wait(`addresses ${network}`, OFTEN);
	if (wait !== null) return refuse(429, codes.TOO_MANY, { 'retry-after': String(wait) });
	const length = Number(request.headers.get('content-length') ?? MOST_BYTES + 1);
	if (length > MOST_BYTES) return refuse(413, 'too_large');
	const parsed = shape.safeParse(await request.json().catch(() => null));
	if (!parsed.success) return refuse(400, 'validation_failed');
	const bearer = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
	const origin = config.originGiven ? config.origin : reachedBy(platform.req);
	try {
		const asked = { body: parsed.data, cercle: { ...cercle, supabase, secret }, bearer, origin };
		return answer(await work(asked), 200);
	} catch (error) {
		if (error instanceof RpcError) return refuse(statusOf(error.code), error.code);
		throw error;
	}
}

/** Of a refusal; what is no word of ours comes from a server that cannot now. */
function statusOf(code: string): number {
	if (code === codes.SIGN_IN_ENDED || /^(401|403|PGRST30\d|PGRST202)$/.test(code)) return 401;
	if (code === codes.TOO_MANY || code === '429') return 429;
	return /^(CR|2[23])/.test(code) ? 400 : 503;
}

const refuse = (status: number, code: string, more: Record<string, string> = {}) =>
	answer({ code: /^\d{3}$/.test(code) ? 'unauthorized' : code }, status, more);
const answer = (body: unknown, status: number, more: Record<string, string> = {}) =>
	json(body, { status, headers: { 'cache-control': 'no-store', ...more } });
