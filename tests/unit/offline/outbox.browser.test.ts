import { Account } from '#lib/offline/account.ts';
import { Database } from '#lib/offline/database.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTab } from './tab.ts';

let account: Account;

beforeEach(() => {
	account = new Account(crypto.randomUUID());
});

afterEach(async () => {
	await account.erase().catch(() => {});
});

function operation(id: string, madeAt = 0) {
	return { id, kind: 'append', args: { text: `text of ${id}` }, base: { version: 1 }, madeAt };
}

async function ids(): Promise<string[]> {
	return (await account.queue()).operations.map(({ id }) => id);
}

test('tab killed right after a write resolved: the operation is there after reopening', async () => {
	const tab = await openTab();
	const other = new tab.Account(account.id);
	await other.add(operation('a'));
	tab.kill();
	const { operations } = await account.queue();
	expect(operations).toEqual([{ ...operation('a'), place: 1, tries: 0, refusal: null }]);
});

test('clock jump: operations keep the order in which they were made', async () => {
	await account.add(operation('first', 5_000_000));
	await account.add(operation('second', 1_000));
	await account.add(operation('third', 9_000_000));
	expect(await ids()).toEqual(['first', 'second', 'third']);
});

test('two tabs writing at once: nothing is lost and no place is given twice', async () => {
	const tab = await openTab();
	const other = new tab.Account(account.id);
	const numbers = Array.from({ length: 20 }, (_, index) => index);
	await Promise.all(numbers.map((n) => (n % 2 ? account : other).add(operation(`operation ${n}`))));
	const { operations } = await account.queue();
	expect(new Set(operations.map(({ id }) => id)).size).toBe(20);
	expect(new Set(operations.map(({ place }) => place)).size).toBe(20);
	tab.kill();
});

test('a place is never used again, even after the queue was emptied', async () => {
	await account.add(operation('a'));
	const { operations: before, generation } = await account.queue();
	await account.commit({ generation, tables: {}, settled: before, syncedAt: 1 });
	await account.add(operation('b'));
	const [b] = (await account.queue()).operations;
	expect(b?.place).toBe(2);
});

test('a damaged record is set aside, visible, without blocking the others', async () => {
	await account.add(operation('a'));
	const raw = new Database(`cercle-${account.id}`, [['rows', 'operations', 'drafts', 'meta']]);
	await raw.write([{ store: 'operations', add: { id: 12, ki: 'half' } }], { durability: 'strict' });
	await raw.close();
	await account.add(operation('c'));
	const { operations } = await account.queue();
	expect(operations.map(({ refusal }) => refusal?.code ?? null)).toEqual([
		null,
		'unreadable',
		null
	]);
	await account.withdraw('2');
	expect(await ids()).toEqual(['a', 'c']);
});

test('a refusal is kept with its code and can be revived in its place', async () => {
	await account.add(operation('a'));
	await account.add(operation('b'));
	const [a] = (await account.queue()).operations;
	await account.tried([a!]);
	await account.refuse({ ...a!, tries: 1 }, 'CR001');
	const [refused] = (await account.queue()).operations;
	expect(refused).toMatchObject({ id: 'a', tries: 1, refusal: { code: 'CR001' } });
	await account.revive('a');
	expect(await ids()).toEqual(['a', 'b']);
	expect((await account.queue()).operations[0]?.refusal).toBeNull();
});

test('a refusal that arrives after the withdrawal does not bring the operation back', async () => {
	await account.add(operation('a'));
	const [a] = (await account.queue()).operations;
	await account.withdraw('a');
	await account.refuse(a!, 'CR001');
	await account.tried([a!]);
	expect(await ids()).toEqual([]);
});

test('rows no longer visible disappear, and only with the pull that no longer shows them', async () => {
	const shared = { id: 'shared', text: 'stays' };
	const first = { notes: [shared, { id: 'left', text: 'goes' }], actions: [{ id: 'x' }] };
	const base = { settled: [], syncedAt: 1 };
	expect(await account.commit({ ...base, generation: null, tables: first })).toBe(true);
	expect((await account.read()).tables).toEqual({
		actions: [{ id: 'x' }],
		notes: [{ id: 'left', text: 'goes' }, shared]
	});
	expect(await account.commit({ ...base, generation: 1, tables: { notes: [shared] } })).toBe(true);
	expect((await account.read()).tables).toEqual({ notes: [shared] });
});

test('a pull that began before another one ended is thrown away', async () => {
	const base = { settled: [], syncedAt: 1, generation: null };
	const newer = { notes: [{ id: 'a', text: 'newer' }] };
	await account.commit({ ...base, tables: newer });
	const older = { notes: [{ id: 'a', text: 'older' }] };
	expect(await account.commit({ ...base, tables: older })).toBe(false);
	expect((await account.read()).tables).toEqual(newer);
});

test('a draft survives the death of the tab, and its save removes it with the same stroke', async () => {
	const tab = await openTab();
	const other = new tab.Account(account.id);
	void other.drafts.keep('note', 'ty');
	await other.drafts.keep('note', 'typed');
	tab.kill();
	await account.drafts.load();
	expect(account.drafts.text('note')).toBe('typed');
	await account.add(operation('a'), 'note');
	expect(account.drafts.text('note')).toBeNull();
	const reopened = new Account(account.id);
	await reopened.drafts.load();
	expect(reopened.drafts.text('note')).toBeNull();
	await reopened.close();
});

test('a keystroke still on its way to disk does not outlive the save', async () => {
	void account.drafts.keep('note', 'first');
	void account.drafts.keep('note', 'second');
	await account.add(operation('a'), 'note');
	await account.drafts.load();
	expect(account.drafts.text('note')).toBeNull();
});
