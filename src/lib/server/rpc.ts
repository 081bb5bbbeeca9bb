import { z } from 'zod';
import type { Supabase } from './supabase.ts';

/** The database did not do what was asked; `code` is its own word for why. */
export class RpcError extends Error {
	readonly code: string;

	constructor(code: string) {
		super(`the database refused: ${code}`);
		this.code = code;
	}
}

const refusalFormat = z.object({ code: z.string() });

/**
 * Calls a function of the database with the key `supabase` has, in the name of the member whose token
 * `bearer` is. @throws RpcError.
 */
export async function callFunction(
	supabase: Supabase,
	name: string,
	args: Record<string, unknown>,
	bearer: string | null = null
): Promise<unknown> {
	const answer = await supabase.fetch(`/rest/v1/rpc/${name}`, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			...(bearer !== null && { authorization: `Bearer ${bearer}` })
		},
		body: JSON.stringify(args)
	});
	const text = await answer.text();
	const body: unknown = text === '' ? null : JSON.parse(text);
	if (answer.ok) return body;
	throw new RpcError(refusalFormat.safeParse(body).data?.code ?? String(answer.status));
}
