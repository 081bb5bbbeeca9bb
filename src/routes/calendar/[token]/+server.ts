import { reachedBy } from '#lib/server/reached.ts';
import type { RequestHandler } from './$types';

/** `/calendar/<token>.ics`: a member's sessions for their calendar program. */
export const GET: RequestHandler = async ({ params, platform }) => {
	const cercle = platform?.req.cercle;
	if (!platform || !cercle?.feed) return new Response(null, { status: 503 });
	const { config, feed } = cercle;
	const origin = config.originGiven ? config.origin : reachedBy(platform.req);
	return feed.read(params.token.replace(/\.ics$/, ''), origin, platform.req.caller ?? '');
};
