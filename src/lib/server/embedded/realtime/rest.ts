import { z } from 'zod';
import type { Claims, Tokens } from './token.ts';
import type { Topics } from './topic.ts';

const batchShape = z.object({
	messages: z
		.array(
			z.object({
				topic: z.string().min(1).max(255),
				event: z.string().max(255),
				payload: z.unknown().optional(),
				private: z.boolean().default(false)
			})
		)
		.max(100)
});

/**
 * `POST /realtime/v1/api/broadcast`: the service sends to topics what no table holds. 202 when
 * told, 401 without the service's key, 413 over `longest` bytes, 422 when the body says nothing.
 */
export async function broadcastOverHttp(
	request: Request,
	tokens: Tokens,
	topics: Topics,
	longest: number
): Promise<Response> {
	if (request.method !== 'POST') return status(405);
	const claims = await caller(request, tokens);
	if (claims === null) return status(401);
	if (claims.role !== 'service_role') return status(403);
	const body = await read(request, longest);
	if (body === null) return status(413);
	const batch = parse(body);
	if (!batch) return status(422);
	for (const { topic, event, payload, private: isPrivate } of batch.messages) {
		const data = new TextEncoder().encode(JSON.stringify(payload ?? {}));
		topics.find(topic, isPrivate)?.broadcast({ event, encoding: 'json', data }, null);
	}
	return status(202);
}

async function caller(request: Request, tokens: Tokens): Promise<Claims | null> {
	const key = request.headers.get('apikey') ?? '';
	const bearer = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
	try {
		const ofKey = tokens.knows(key) ? await tokens.ofKey(key) : null;
		if (!bearer || bearer === key) return ofKey;
		return await (tokens.knows(bearer) ? tokens.ofKey(bearer) : tokens.verify(bearer));
	} catch {
		return null;
	}
}

async function read(request: Request, longest: number): Promise<string | null> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of request.body ?? []) {
		length += chunk.byteLength;
		if (length > longest) return null;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string): z.infer<typeof batchShape> | undefined {
	try {
		return batchShape.safeParse(JSON.parse(body)).data;
	} catch {
		return undefined;
	}
}

function status(code: number): Response {
	return new Response(null, { status: code });
}
