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

/** Calls a function of the database with the key `supabase` has. @throws RpcError. */
export async function callFunction(
	supabase: Supabase,
	name: string,
	args: Record<string, unknown>
): Promise<unknown> {
	const answer = await supabase.fetch(`/rest/v1/rpc/${name}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(args)
	});
	const text = await answer.text();
	const body: unknown = text === '' ? null : JSON.parse(text);
	if (answer.ok) return body;
	throw new RpcError(refusalFormat.safeParse(body).data?.code ?? String(answer.status));
}
