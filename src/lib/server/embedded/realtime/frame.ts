import { z } from 'zod';

/** Serializer that a client asks for in its address: objects (1) or arrays and binary (2). */
export type Version = '1.0.0' | '2.0.0';

/** One message of the Phoenix protocol. `ref` pairs a reply with its push, `joinRef` names the join. */
export interface Message {
	joinRef: string | null;
	ref: string | null;
	topic: string;
	event: string;
	payload: unknown;
}

/** What members of a topic send each other; `data` is JSON text in UTF-8, or bytes of their own. */
export interface Broadcast {
	event: string;
	encoding: 'json' | 'binary';
	data: Uint8Array;
}

/** Where a broadcast comes from: the row's id in `realtime.messages`. */
export interface Meta {
	id: string;
	replayed?: true;
}

/** A client's message; `broadcast` is set when its event is `broadcast` and well formed. */
export interface Inbound extends Message {
	broadcast: Broadcast | null;
}

/** The bytes are not a frame. Says nothing about them: they may be a member's text. */
export class MalformedFrame extends Error {
	constructor() {
		super('malformed frame');
	}
}

const PUSH = 3;
const BROADCAST = 4;
const BINARY = 0;
const JSON_TEXT = 1;
/** Field lengths travel in one byte. */
const LONGEST = 255;

const refShape = z.string().max(LONGEST).nullish();
const nameShape = z.string().max(LONGEST);
const objectFrameShape = z.object({
	join_ref: refShape,
	ref: refShape,
	topic: nameShape,
	event: nameShape,
	payload: z.unknown()
});
const arrayFrameShape = z.tuple([refShape, refShape, nameShape, nameShape, z.unknown()]);
const textBroadcastShape = z.object({ event: z.string(), payload: z.unknown().optional() });

/** Reads a client's frame. @throws MalformedFrame, whatever is wrong with it. */
export function decode(version: Version, data: Uint8Array, binary: boolean): Inbound {
	try {
		if (binary) return decodePush(data);
		const frame: unknown = JSON.parse(utf8(data));
		const message = version === '1.0.0' ? fromObject(frame) : fromArray(frame);
		return { ...message, broadcast: message.event === 'broadcast' ? fromText(message) : null };
	} catch {
		throw new MalformedFrame();
	}
}

/** Writes a message for a client. */
export function encode(version: Version, message: Message): string {
	const { joinRef, ref, topic, event, payload } = message;
	return version === '1.0.0'
		? JSON.stringify({ join_ref: joinRef, ref, topic, event, payload })
		: JSON.stringify([joinRef, ref, topic, event, payload]);
}

/**
 * Writes a broadcast for a client. Null when this version has no way to carry it: version 1 knows
 * no binary payload, and names longer than a byte can count fit text frames only.
 */
export function encodeBroadcast(
	version: Version,
	topic: string,
	broadcast: Broadcast,
	meta: Meta | null
): string | Uint8Array | null {
	const fields = [topic, broadcast.event, meta ? JSON.stringify(meta) : ''].map(bytes);
	if (version === '2.0.0' && fields.every((field) => field.length <= LONGEST)) {
		const encoding = broadcast.encoding === 'json' ? JSON_TEXT : BINARY;
		const lengths = fields.map((field) => field.length);
		return Buffer.concat([Buffer.of(BROADCAST, ...lengths, encoding), ...fields, broadcast.data]);
	}
	if (broadcast.encoding === 'binary') return null;
	// The payload is JSON text already: it is set into the frame as it is.
	const payload =
		`{"type":"broadcast","event":${JSON.stringify(broadcast.event)},` +
		`"payload":${utf8(broadcast.data)}${meta ? `,"meta":${JSON.stringify(meta)}` : ''}}`;
	const name = JSON.stringify(topic);
	return version === '1.0.0'
		? `{"topic":${name},"event":"broadcast","payload":${payload},"ref":null,"join_ref":null}`
		: `[null,null,${name},"broadcast",${payload}]`;
}

function fromObject(frame: unknown): Message {
	const { join_ref, ref, topic, event, payload } = objectFrameShape.parse(frame);
	return { joinRef: join_ref ?? null, ref: ref ?? null, topic, event, payload };
}

function fromArray(frame: unknown): Message {
	const [joinRef, ref, topic, event, payload] = arrayFrameShape.parse(frame);
	return { joinRef: joinRef ?? null, ref: ref ?? null, topic, event, payload };
}

function fromText(message: Message): Broadcast | null {
	const parsed = textBroadcastShape.safeParse(message.payload);
	if (!parsed.success) return null;
	const { event, payload } = parsed.data;
	return { event, encoding: 'json', data: bytes(JSON.stringify(payload ?? {})) };
}

/** `3, lengths of join_ref ref topic event meta, encoding`, those fields, then the payload. */
function decodePush(frame: Uint8Array): Inbound {
	const [kind, joinLength = 0, refLength = 0, topicLength = 0, eventLength = 0, metaLength = 0] =
		frame;
	const encoding = frame[6];
	if (kind !== PUSH || (encoding !== JSON_TEXT && encoding !== BINARY)) throw new MalformedFrame();
	let offset = 7;
	const [joinRef = '', ref = '', topic = '', event = ''] = [
		joinLength,
		refLength,
		topicLength,
		eventLength,
		metaLength
	].map((length) => {
		const field = frame.subarray(offset, offset + length);
		offset += length;
		if (field.length < length) throw new MalformedFrame();
		return utf8(field);
	});
	const data = frame.subarray(offset);
	// Other members' clients will parse it: what they would choke on stops here.
	if (encoding === JSON_TEXT) JSON.parse(utf8(data));
	return {
		joinRef: joinRef || null,
		ref: ref || null,
		topic,
		event: 'broadcast',
		payload: null,
		broadcast: { event, encoding: encoding === JSON_TEXT ? 'json' : 'binary', data }
	};
}

function utf8(data: Uint8Array): string {
	return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
}

function bytes(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}
