import { RealtimeClient } from '@supabase/supabase-js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	MalformedFrame,
	decode,
	encode,
	encodeBroadcast
} from '#lib/server/embedded/realtime/frame.ts';
import type { Broadcast, Version } from '#lib/server/embedded/realtime/frame.ts';

/** The client's own serializer. */
const { serializer } = new RealtimeClient('ws://client.invalid', { params: { apikey: 'key' } });

const version = fc.constantFrom<Version>('1.0.0', '2.0.0');
const ref = fc.option(fc.string({ maxLength: 20 }), { nil: null });
/** At most 255 bytes in UTF-8, whatever the characters. */
const name = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => size(text) <= 255);
const json = fc.jsonValue();

function size(text: string) {
	return new TextEncoder().encode(text).length;
}

function bytes(text: string) {
	return new TextEncoder().encode(text);
}

function asJson(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value));
}

/** What the client's decoder makes of a frame. */
function seen(frame: string | Uint8Array): unknown {
	let result: unknown;
	const raw = typeof frame === 'string' ? frame : new Uint8Array(frame).buffer;
	serializer.decode(raw as ArrayBuffer, (message: unknown) => (result = message));
	return result;
}

test('a message reads back as it was written, in both versions', () => {
	fc.assert(
		fc.property(version, ref, ref, name, name, json, (vsn, joinRef, r, topic, event, payload) => {
			fc.pre(event !== 'broadcast');
			const message = { joinRef, ref: r, topic, event, payload: asJson(payload) };
			const read = decode(vsn, bytes(encode(vsn, message)), false);
			expect(read).toEqual({ ...message, broadcast: null });
		})
	);
});

test('a binary push of the client is read byte for byte, accents and emoji included', () => {
	const refs = fc.string({ minLength: 1, maxLength: 20 });
	fc.assert(
		fc.property(refs, refs, name, name, json, (join_ref, r, topic, event, payload) => {
			const user = { type: 'broadcast', event, payload };
			const push = { join_ref, ref: r, topic, event: 'broadcast', payload: user };
			serializer.encode(push, (frame) => {
				const read = decode('2.0.0', new Uint8Array(frame as ArrayBuffer), true);
				expect(read).toMatchObject({ joinRef: join_ref, ref: r, topic, event: 'broadcast' });
				expect(read.broadcast).toMatchObject({ event, encoding: 'json' });
				const data = JSON.parse(new TextDecoder().decode(read.broadcast?.data));
				expect(data).toEqual(asJson(payload ?? {}));
			});
		})
	);
});

test('the client reads a broadcast back with its payload and meta', () => {
	const meta = fc.option(fc.record({ id: fc.uuid() }), { nil: null });
	fc.assert(
		fc.property(name, name, json, meta, (topic, event, payload, from) => {
			const data = bytes(JSON.stringify(payload));
			const frame = encodeBroadcast('2.0.0', topic, { event, encoding: 'json', data }, from);
			expect(seen(frame ?? '')).toEqual({
				join_ref: null,
				ref: null,
				topic,
				event: 'broadcast',
				payload: {
					type: 'broadcast',
					event,
					payload: asJson(payload),
					...(from ? { meta: from } : {})
				}
			});
		})
	);
});

test('bytes of their own go through untouched, and never to version 1', () => {
	fc.assert(
		fc.property(fc.uint8Array(), (data) => {
			const broadcast: Broadcast = { event: 'ink', encoding: 'binary', data };
			const frame = encodeBroadcast('2.0.0', 'realtime:a', broadcast, null);
			expect(seen(frame ?? '')).toMatchObject({
				payload: { event: 'ink', payload: new Uint8Array(data).buffer }
			});
			expect(encodeBroadcast('1.0.0', 'realtime:a', broadcast, null)).toBeNull();
		})
	);
});

test('a name longer than a byte can count goes as text', () => {
	const broadcast: Broadcast = { event: 'é'.repeat(128), encoding: 'json', data: bytes('{"a":1}') };
	const frame = encodeBroadcast('2.0.0', 'realtime:a', broadcast, null);
	expect(frame).toBeTypeOf('string');
	expect(seen(frame ?? '')).toMatchObject({
		event: 'broadcast',
		payload: { event: broadcast.event, payload: { a: 1 } }
	});
});

test('a version 1 broadcast is an object frame', () => {
	const broadcast: Broadcast = { event: 'state', encoding: 'json', data: bytes('{"a":"é"}') };
	const frame = encodeBroadcast('1.0.0', 'realtime:a', broadcast, { id: 'x' });
	expect(JSON.parse(String(frame))).toEqual({
		topic: 'realtime:a',
		event: 'broadcast',
		payload: { type: 'broadcast', event: 'state', payload: { a: 'é' }, meta: { id: 'x' } },
		ref: null,
		join_ref: null
	});
});

test('a text broadcast of the client reads like a binary one', () => {
	const payload = { type: 'broadcast', event: 'wave', payload: { to: 'all' } };
	const text = JSON.stringify(['1', '2', 'realtime:a', 'broadcast', payload]);
	const { broadcast } = decode('2.0.0', bytes(text), false);
	expect(broadcast).toEqual({ event: 'wave', encoding: 'json', data: bytes('{"to":"all"}') });
});

test('whatever bytes come, they are read or refused as malformed, never anything else', () => {
	fc.assert(
		fc.property(version, fc.uint8Array({ maxLength: 60 }), fc.boolean(), (vsn, data, binary) => {
			try {
				decode(vsn, data, binary);
			} catch (error) {
				expect(error).toBeInstanceOf(MalformedFrame);
			}
		})
	);
});

test.each([
	['cut off', [3, 1, 1, 10, 1, 0, 1, 49, 50]],
	['of an unknown kind', [9, 0, 0, 0, 0, 0, 1]],
	['in an unknown encoding', [3, 0, 0, 1, 1, 0, 7, 97, 98, 123, 125]],
	['with a payload that is no JSON', [3, 0, 0, 1, 1, 0, 1, 97, 98, 123]],
	['with a topic that is no UTF-8', [3, 0, 0, 1, 1, 0, 1, 255, 98, 123, 125]]
])('a binary push %s is malformed', (_, data) => {
	expect(() => decode('2.0.0', new Uint8Array(data), true)).toThrow(MalformedFrame);
});
