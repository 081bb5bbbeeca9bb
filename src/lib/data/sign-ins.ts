import * as z from 'zod/mini';
import * as codes from '#lib/domain/codes.ts';
import type { Backend } from './backend.ts';
import { Failure } from './failure.ts';

const moment = z.pipe(
	z.string(),
	z.transform((text) => Date.parse(text))
);
const signIns = z.array(
	z.object({
		id: z.string(),
		/** When it signed in, in ms since 1970. */
		since: moment,
		/** When it last renewed its session, about once an hour while it is used. */
		seen: moment,
		/** The one that asks. */
		current: z.boolean(),
		/** What it says of itself; null: nothing that is known. */
		system: z.nullable(z.string()),
		browser: z.nullable(z.string())
	})
);

/** A device on which the account is signed in. */
export type SignIn = z.infer<typeof signIns>[number];

/** Where the account is signed in, this device first. */
export async function list(backend: Backend): Promise<SignIn[]> {
	return signIns.parse(await backend.call('list_sign_ins', {}));
}

export async function end(backend: Backend, id: string): Promise<void> {
	await backend.call('end_sign_ins', { sign_in_id: id });
}

/** Ends the sign-in that this device had before it signed in anew; gone already is as good. */
export async function replace(backend: Backend, former: string): Promise<void> {
	await backend.call('replace_sign_in', { former }).catch((error: unknown) => {
		if (!(error instanceof Failure) || error.code !== codes.NOT_FOUND) throw error;
	});
}

export async function endOthers(backend: Backend): Promise<void> {
	await backend.call('end_sign_ins', {});
}

/** This device too; the address of the calendar stops working. */
export async function endAll(backend: Backend): Promise<void> {
	await backend.call('end_sign_ins', { everywhere: true });
}
