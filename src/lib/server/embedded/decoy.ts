import { compare } from 'bcryptjs';

/** Of a password that nobody knows, at the cost that Auth has. */
const NOBODYS = '$2b$10$nMQkuTErOmUFzIunA7ec5eNyOmT1qtef/7hTEajnog3nUTvp3BGb.';

/** Compares a password with that of nobody, by Auth's own way: it takes as long as with somebody's. */
export async function compareWithNone(password: string): Promise<void> {
	await compare(password, NOBODYS);
}
