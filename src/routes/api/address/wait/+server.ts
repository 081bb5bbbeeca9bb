import { z } from 'zod';
import { openAddressWait } from '#lib/server/addresses.ts';
import { answerAddress } from '#routes/api/address/request.ts';
import type { RequestHandler } from './$types';

const shape = z.strictObject({
	change: z.uuid(),
	code: z.string().regex(/^\d{6}$/),
	password: z.string().min(1).max(200).nullable()
});

/** Has the account of the member whose token comes along wait to move without its old address. */
export const POST: RequestHandler = (event) =>
	answerAddress(event, shape, async ({ body, cercle, bearer, origin }) => {
		const { supabase, secret, mailer } = cercle;
		const send = mailer.send.bind(mailer);
		return { outcome: await openAddressWait(body, { supabase, secret, bearer, send, origin }) };
	});
