import type { RequestHandler } from './$types';

/**
 * Has the browser erase all that this site keeps in it. For a page of this site alone: no other may
 * have a member's browser ask for it.
 */
export const POST: RequestHandler = ({ request }) => {
	const isOwn = request.headers.get('sec-fetch-site') === 'same-origin';
	if (!isOwn) return new Response(null, { status: 403 });
	const headers = { 'clear-site-data': '"storage"', 'cache-control': 'no-store' };
	return new Response(null, { status: 204, headers });
};
