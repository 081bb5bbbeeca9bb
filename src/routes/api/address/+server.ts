import { z } from 'zod';
import { askAddress } from '#lib/server/addresses.ts';
import { answerAddress } from './request.ts';
import type { RequestHandler } from './$types';

const shape = z.strictObject({ email: z.string().trim().max(254).pipe(z.email()) });

/** Mails the two codes with which the member whose token comes along moves to another address. */
export const POST: RequestHandler = (event) =>
	answerAddress(event, shape, async ({ body, cercle, bearer }) => {
		const { supabase, secret, mailer } = cercle;
		const send = mailer.send.bind(mailer);
		return { id: await askAddress(body.email, { supabase, secret, bearer, send }) };
	});
