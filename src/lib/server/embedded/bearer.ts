import { jwtVerify } from 'jose';
import { z } from 'zod';

/** In whose name a call comes, and of which of their sessions. */
const shape = z.object({
	sub: z.string(),
	session_id: z.string(),
	email: z.string().default('')
});
export type Bearer = z.infer<typeof shape>;

/**
 * Who brings this token; null: nobody. Only one that this instance signed and whose time has not ended
 * counts; whether the session goes on is the database's to say.
 */
export async function bearerOf(
	authorization: string | null,
	secret: Uint8Array
): Promise<Bearer | null> {
	const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
	if (!token?.startsWith('ey')) return null;
	try {
		const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'] });
		return shape.safeParse(payload).data ?? null;
	} catch {
		return null;
	}
}
