import { z } from 'zod';
import { stopAddressWait } from '#lib/server/addresses.ts';
import { answerAddress } from '#routes/api/address/request.ts';
import type { RequestHandler } from './$types';

const shape = z.strictObject({ token: z.string().regex(/^[\w-]{43}$/) });

/** Stops the move of an account, for whoever has the mail that went to its old address. */
export const POST: RequestHandler = (event) =>
	answerAddress(event, shape, async ({ body, cercle }) => {
		await stopAddressWait(body.token, cercle.secret);
		return {};
	});
