import { createHash, randomInt } from 'node:crypto';
import { z } from 'zod';
import type { Mail } from './mail.ts';
import { formerAddressMail, newAddressMail, takenAddressMail } from './mail-text.ts';
import { callFunction, RpcError } from './rpc.ts';
import type { Supabase } from './supabase.ts';

export interface AddressMeans {
	/** Calls in the name of the member whose token comes along. */
	supabase: Supabase;
	/** Calls what members may not. */
	secret: Supabase;
	/** The member's own token. */
	bearer: string;
	/** Rejects when the mail was not taken. */
	send: (mail: Mail) => Promise<void>;
}

const changeFormat = z.uuid();
const codedFormat = z.object({
	old: z.string(),
	new: z.string(),
	language: z.enum(['fr', 'en']),
	taken: z.boolean(),
	spared: z.boolean()
});

/**
 * Asks to move the member's account to an address: a code goes to the one it has, another to the new
 * one, and nothing but their hashes is kept. Answers the id of the change. Two mails leave whether the
 * new address has an account or not: where it has one, its owner is told. @throws RpcError.
 */
export async function askAddress(email: string, means: AddressMeans): Promise<string> {
	const { supabase, secret, bearer, send } = means;
	const change = changeFormat.parse(await callFunction(supabase, 'ask_address', { email }, bearer));
	const [oldCode, newCode] = [code(), code()];
	const coded = codedFormat.parse(
		await callFunction(secret, 'code_address', {
			change_id: change,
			old_hash: hashOf(change, oldCode),
			new_hash: hashOf(change, newCode)
		})
	);
	const toNew = coded.taken
		? takenAddressMail(coded.new)
		: newAddressMail(coded.new, newCode, coded.language);
	// Together: how long one takes tells nothing of the other. The old mailbox may be gone.
	const [arrived] = await Promise.allSettled([
		coded.spared ? null : send(toNew),
		send(formerAddressMail(coded.old, oldCode, coded.language))
	]);
	if (arrived.status === 'rejected') throw new RpcError('busy');
	return change;
}

const code = () => String(randomInt(1_000_000)).padStart(6, '0');

/** As `private.is_code` compares. */
const hashOf = (change: string, code: string) =>
	createHash('sha256').update(`${change} ${code}`).digest('hex');
