import type { IncomingMessage } from 'node:http';

/** Largest body the API and the pages take, in bytes: a charter is under 20 000 characters. */
export const BODY_LIMIT = 256 * 1024;

/** A refused body is still read for a while, so that the caller gets to see the answer. */
const DRAIN_LIMIT = 16 * 1024 * 1024;

/** Reads a whole body, or null when it is larger than `limit` bytes. */
export async function readBody(
	request: IncomingMessage,
	limit = BODY_LIMIT
): Promise<Buffer | null> {
	if (Number(request.headers['content-length'] ?? 0) > limit) {
		drain(request);
		return null;
	}
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let size = 0;
		const take = (chunk: Buffer) => {
			size += chunk.length;
			if (size <= limit) {
				chunks.push(chunk);
				return;
			}
			request.off('data', take);
			drain(request);
			resolve(null);
		};
		request.on('data', take);
		request.once('end', () => resolve(Buffer.concat(chunks)));
		request.once('error', reject);
		request.once('close', () => reject(new Error('the caller left')));
	});
}

function drain(request: IncomingMessage): void {
	let size = 0;
	request.on('data', (chunk: Buffer) => {
		size += chunk.length;
		if (size > DRAIN_LIMIT) request.destroy();
	});
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPENING, CLOSING] = [new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/** True when brackets of a JSON text stand within each other deeper than so many levels. */
export function isDeeperThan(json: Uint8Array, most: number): boolean {
	let depth = 0;
	let isText = false;
	for (let at = 0; at < json.length; at++) {
		const byte = json[at] ?? 0;
		if (byte === QUOTE) isText = !isText;
		else if (isText && byte === BACKSLASH) at += 1;
		else if (isText) continue;
		else if (OPENING.has(byte) && ++depth > most) return true;
		else if (CLOSING.has(byte)) depth -= 1;
	}
	return false;
}
