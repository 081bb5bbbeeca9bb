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
 * The claims of this token; null: it is not valid. Only a token that this instance signed and that
 * has not expired counts; whether its sign-in goes on, the database decides.
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
