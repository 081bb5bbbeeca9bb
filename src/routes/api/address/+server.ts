import { json } from '@sveltejs/kit';
import { z } from 'zod';
import * as codes from '#lib/domain/codes.ts';
import { askAddress } from '#lib/server/addresses.ts';
import { countedNetwork } from '#lib/server/caller.ts';
import { RpcError } from '#lib/server/rpc.ts';
import type { RequestHandler } from './$types';

const MOST_BYTES = 1024;
/** The database counts what each member asks for. */
const OFTEN = { most: 30, window: 10 * 60_000 };
const requestFormat = z.strictObject({ email: z.string().trim().max(254).pipe(z.email()) });

/** Mails the two codes with which the member whose token comes along moves to another address. */
export const POST: RequestHandler = async ({ request, platform }) => {
	const cercle = platform?.req.cercle;
	if (!platform || !cercle?.supabase || !cercle.secret) return refuse(503, 'busy');
	const network = countedNetwork(platform.req.caller ?? '');
	const wait = network === null ? null : cercle.limits.wait(`addresses ${network}`, OFTEN);
	if (wait !== null) return refuse(429, codes.TOO_MANY, { 'retry-after': String(wait) });
	const bearer = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
	if (!bearer) return refuse(401, 'unauthorized');
	const length = Number(request.headers.get('content-length') ?? MOST_BYTES + 1);
	if (length > MOST_BYTES) return refuse(413, 'too_large');
	const parsed = requestFormat.safeParse(await request.json().catch(() => null));
	if (!parsed.success) return refuse(400, 'email_address_invalid');
	const { supabase, secret, mailer } = cercle;
	const send = mailer.send.bind(mailer);
	try {
		const id = await askAddress(parsed.data.email, { supabase, secret, bearer, send });
		return answer({ id }, 200);
	} catch (error) {
		if (error instanceof RpcError) return refuse(statusOf(error.code), error.code);
		throw error;
	}
};

/** Of a database that refuses; what is no word of ours is a server that cannot now. */
function statusOf(code: string): number {
	if (code === codes.SIGN_IN_ENDED || code === 'unauthorized' || code.startsWith('PGRST30'))
		return 401;
	if (code === codes.TOO_MANY) return 429;
	return /^(CR|2[23])/.test(code) ? 400 : 503;
}

const refuse = (status: number, code: string, more: Record<string, string> = {}) =>
	answer({ code }, status, more);
const answer = (body: unknown, status: number, more: Record<string, string> = {}) =>
	json(body, { status, headers: { 'cache-control': 'no-store', ...more } });
