import { expect, test } from 'vitest';
import type { Outcome, Queue, Reminder } from '#lib/server/reminders/queue.ts';
import { isPushService } from '#lib/server/reminders/push.ts';
import { openScheduler, sendDue } from '#lib/server/reminders/scheduler.ts';

const mail = (id: number): Reminder => ({
	...{ id: String(id), kind: 'day', language: 'fr', seconds: 60 },
	...{ channel: 'mail', address: `${id}@test.example` }
});

/** A queue with this many reminders, each given once. */
function queueOf(count: number) {
	const due = Array.from({ length: count }, (_, id) => mail(id));
	const finished: [string, Outcome][] = [];
	const queue: Queue = {
		claim: async (most) => due.splice(0, most),
		finish: async (id, outcome) => void finished.push([id, outcome])
	};
	return { queue, finished };
}

const quiet = () => undefined;
const sent = async (): Promise<Outcome> => 'sent';
const never = new AbortController().signal;

test('all that is due leaves in one turn, batch after batch', async () => {
	const { queue, finished } = queueOf(120);
	await sendDue({ queue, send: sent, log: quiet }, never);
	expect(finished).toHaveLength(120);
});

test('one that fails keeps no other, and is not noted as sent', async () => {
	const { queue, finished } = queueOf(3);
	const lines: unknown[] = [];
	const send = async ({ id }: Reminder): Promise<Outcome> => {
		if (id === '1') throw Object.assign(new Error('Ada <ada@test.example>'), { code: 'ETIMEDOUT' });
		return id === '2' ? 'gone' : 'sent';
	};
	await sendDue({ queue, send, log: (...line) => lines.push(line) }, never);
	expect(finished).toEqual([
		['0', 'sent'],
		['2', 'gone']
	]);
	expect(lines).toEqual([
		['reminder_failed', { name: 'mail', code: 'ETIMEDOUT' }],
		['reminders_sent', { count: 1 }],
		['reminders_gone', { count: 1 }]
	]);
});

test('what was taken long ago is not begun any more: another process may have it by now', async () => {
	const { queue, finished } = queueOf(5);
	let now = 0;
	const slowly = async (): Promise<Outcome> => {
		now += 50_000;
		return 'sent';
	};
	await sendDue({ queue, send: slowly, log: quiet, now: () => now }, never);
	expect(finished.map(([id]) => id)).toEqual(['0', '1', '2']);
});

test('told to stop, the one that is leaving is noted and no other is begun', async () => {
	const { queue, finished } = queueOf(5);
	let leave = (): void => undefined;
	const begun: string[] = [];
	const held = ({ id }: Reminder) =>
		new Promise<Outcome>((resolve) => {
			begun.push(id);
			leave = () => resolve('sent');
		});
	const scheduler = openScheduler({ queue, send: held, log: quiet });
	await expect.poll(() => begun).toEqual(['0']);
	const closed = scheduler.close();
	leave();
	await closed;
	expect(finished).toEqual([['0', 'sent']]);
	expect(begun).toEqual(['0']);
});

test('a database that is away is said by its code, and asked again', async () => {
	const lines: unknown[] = [];
	const queue: Queue = {
		claim: () => Promise.reject(Object.assign(new Error('select …'), { code: '57P03' })),
		finish: async () => undefined
	};
	const scheduler = openScheduler({ queue, send: sent, log: (...line) => lines.push(line) });
	await expect.poll(() => lines).toEqual([['reminders_failed', { code: '57P03' }]]);
	await scheduler.close();
});

test.each([
	'https://fcm.googleapis.com/fcm/send/abc',
	'https://updates.push.services.mozilla.com/wpush/v2/abc',
	'https://web.push.apple.com/abc',
	'https://wns2-par02p.notify.windows.com/w/?token=abc',
	'https://push.example.org/abc'
])('%s is a push service', (endpoint) => {
	expect(isPushService(endpoint, ['https://push.example.org'])).toBe(true);
});

test.each([
	'http://fcm.googleapis.com/fcm/send/abc',
	'https://fcm.googleapis.com:8443/abc',
	'https://fcm.googleapis.com.evil.example/abc',
	'https://evil.example/fcm.googleapis.com',
	'https://fcm.googleapis.com@127.0.0.1/abc',
	'https://user:word@fcm.googleapis.com/abc',
	'https://xpush.apple.com/abc',
	'https://evilpush.apple.com.example/abc',
	'http://127.0.0.1:5432/',
	'http://169.254.169.254/latest/meta-data',
	'https://localhost/abc',
	'file:///etc/passwd',
	'not an address'
])('%s is none: nothing of this machine or its network is knocked at', (endpoint) => {
	expect(isPushService(endpoint, ['https://push.example.org'])).toBe(false);
});
