import { json } from '@sveltejs/kit';
import * as codes from '#lib/domain/codes.ts';
import { countedNetwork } from '#lib/server/caller.ts';
import { reachedBy } from '#lib/server/reached.ts';
import { inviteAll, requestFormat, Unauthorized } from './invite.ts';
import type { RequestHandler } from './$types';

/** Ten addresses of the longest kind fit several times. */
const MOST_BYTES = 16 * 1024;
/** A group is invited in one request; the database counts what each member sends. */
const OFTEN = { most: 30, window: 10 * 60_000 };

/** Invites up to ten addresses into a group, as the member whose token comes with the request. */
export const POST: RequestHandler = async ({ request, platform }) => {
	const cercle = platform?.req.cercle;
	if (!platform || !cercle?.supabase) return refuse(503, 'busy');
	const network = countedNetwork(platform.req.caller ?? '');
	const wait = network === null ? null : cercle.limits.wait(`invitations ${network}`, OFTEN);
	if (wait !== null) return refuse(429, codes.TOO_MANY, { 'retry-after': String(wait) });
	const bearer = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
	if (!bearer) return refuse(401, 'unauthorized');
	if (Number(request.headers.get('content-length') ?? 0) > MOST_BYTES) {
		return refuse(413, 'too_large');
	}
	const text = await request.text();
	if (text.length > MOST_BYTES) return refuse(413, 'too_large');
	const parsed = requestFormat.safeParse(parseJson(text));
	if (!parsed.success) return refuse(400, 'validation_failed');
	const { supabase, mailer, config } = cercle;
	const origin = config.originGiven ? config.origin : reachedBy(platform.req);
	const send = mailer.send.bind(mailer);
	try {
		return answer(await inviteAll(parsed.data, { supabase, send, bearer, origin }), 200);
	} catch (error) {
		if (error instanceof Unauthorized) return refuse(401, 'unauthorized');
		throw error;
	}
};

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const refuse = (status: number, code: string, more: Record<string, string> = {}) =>
	answer({ code }, status, more);
const answer = (body: unknown, status: number, more: Record<string, string> = {}) =>
	json(body, { status, headers: { 'cache-control': 'no-store', ...more } });
