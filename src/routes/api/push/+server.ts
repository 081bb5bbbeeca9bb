import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** The key under which a browser subscribes to this server's reminders; null: it sends none. */
export const GET: RequestHandler = ({ platform }) =>
	json(
		{ key: platform?.req.cercle?.pushKey ?? null },
		{ headers: { 'cache-control': 'no-store' } }
	);
