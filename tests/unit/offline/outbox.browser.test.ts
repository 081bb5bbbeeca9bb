import { Account } from '#lib/offline/account.ts';
import type { TableDiff } from '#lib/offline/replica.ts';
import { SealedStore } from '#lib/offline/sealed-store.ts';
import { Vault } from '#lib/offline/vault.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openTab } from './tab.ts';

let account: Account;
let vault: Vault;

beforeEach(() => {
	vault = new Vault();
	account = new Account(crypto.randomUUID(), vault);
});

afterEach(async () => {
	await account.erase().catch(() => {});
	await vault.close();
});

function operation(args: string, madeAt = 0) {
	return { kind: 'append', args, base: { version: 1 }, madeAt };
}

/** A first pull, of one note or nothing. */
function pulled(note?: { id: string; text: string }, stamp = 1) {
	const diffs: TableDiff[] = note ? [{ table: 'notes', rows: [[stamp, note]], gone: [] }] : [];
	return {
		...{ generation: null, diffs, afresh: true },
		snapshots: { notes: '1' },
		applied: [],
		completeAt: 1
	};
}

async function queue(): Promise<unknown[]> {
	return (await account.queue()).operations.map(({ args }) => args);
}

test('tab killed right after a write resolved: the operation is there after reopening', async () => {
	const tab = await openTab();
	const other = new tab.Account(account.id, new tab.Vault());
	await other.add(operation('a'));
	tab.kill();
	const { operations } = await account.queue();
	expect(operations).toEqual([{ ...operation('a'), sequence: 1, tries: 0, refusal: null }]);
});

test('clock jump: operations keep the order in which they were made', async () => {
	await account.add(operation('first', 5_000_000));
	await account.add(operation('second', 1_000));
	await account.add(operation('third', 9_000_000));
	expect(await queue()).toEqual(['first', 'second', 'third']);
});

test('two tabs writing at once: nothing is lost and no sequence number is given twice', async () => {
	const tab = await openTab();
	const other = new tab.Account(account.id, new tab.Vault());
	const numbers = Array.from({ length: 20 }, (_, index) => index);
	await Promise.all(numbers.map((n) => (n % 2 ? account : other).add(operation(`operation ${n}`))));
	const { operations } = await account.queue();
	expect(new Set(operations.map(({ args }) => args)).size).toBe(20);
	expect(new Set(operations.map(({ sequence }) => sequence)).size).toBe(20);
	tab.kill();
});

test('a sequence number is never used again, even after the queue was emptied', async () => {
	await account.add(operation('a'));
	const { operations: before, generation } = await account.queue();
	await account.commit({ ...pulled(), generation, applied: before });
	await account.add(operation('b'));
	const [b] = (await account.queue()).operations;
	expect(b?.sequence).toBe(2);
});

test('a damaged record is set aside, visible, without blocking the others', async () => {
	await account.add(operation('a'));
	const stores = ['tables', 'operations', 'drafts', 'meta'];
	const schema = { version: 2, stores };
	const raw = new SealedStore(`cercle-${account.id}`, schema, { place: vault.place });
	await raw.write([{ store: 'operations', add: { ki: 'half' } }], { durability: 'strict' });
	await raw.close();
	await account.add(operation('c'));
	const { operations } = await account.queue();
	expect(operations.map(({ refusal }) => refusal?.code ?? null)).toEqual([
		null,
		'unreadable',
		null
	]);
	await account.withdraw(2);
	expect(await queue()).toEqual(['a', 'c']);
});

test('a refusal is kept with its code; tried again, the operation is a new one at the end', async () => {
	await account.add(operation('a'));
	await account.add(operation('b'));
	const [a] = (await account.queue()).operations;
	await account.tried([a!]);
	await account.refuse({ ...a!, tries: 1 }, 'CR001');
	const [refused] = (await account.queue()).operations;
	expect(refused).toMatchObject({ args: 'a', tries: 1, refusal: { code: 'CR001' } });
	expect(await account.retry(1)).toBe(3);
	const { operations } = await account.queue();
	const again = { ...operation('a'), sequence: 3, tries: 0, refusal: null };
	expect(operations).toMatchObject([{ args: 'b', sequence: 2 }, again]);
	expect(await account.retry(3, { version: 2 })).toBeNull();
	await account.refuse(operations[1]!, 'CR010');
	await account.retry(3, { version: 2 });
	expect((await account.queue()).operations[1]).toEqual({
		...again,
		sequence: 4,
		base: { version: 2 }
	});
});

test('tried again from two tabs at once, an operation is there once', async () => {
	const tab = await openTab();
	const other = new tab.Account(account.id, new tab.Vault());
	await account.add(operation('a'));
	const [a] = (await account.queue()).operations;
	await account.refuse(a!, 'CR001');
	const sequences = await Promise.all([account.retry(1), other.retry(1), account.retry(1)]);
	expect(sequences.filter((sequence) => sequence !== null)).toEqual([2]);
	expect(await queue()).toEqual(['a']);
	tab.kill();
});

test('a database has one name, whoever asks first, and a new one when it was wiped', async () => {
	const tab = await openTab();
	const other = new tab.Account(account.id, new tab.Vault());
	const made: string[] = [];
	const uuid = () => (made.push('name'), `name ${made.length}`);
	const names = await Promise.all([account.client(uuid), other.client(uuid), account.client(uuid)]);
	expect(new Set(names).size).toBe(1);
	tab.kill();
	await account.erase();
	account = new Account(account.id, vault);
	expect(await account.client(uuid)).not.toBe(names[0]);
});

test('a refusal that arrives after the withdrawal does not bring the operation back', async () => {
	await account.add(operation('a'));
	const [a] = (await account.queue()).operations;
	await account.withdraw(1);
	await account.refuse(a!, 'CR001');
	await account.tried([a!]);
	expect(await queue()).toEqual([]);
});

test('a pull is stored as a whole: rows, stamps, snapshots, and what it settles', async () => {
	await account.add(operation('a'));
	const { operations } = await account.queue();
	const pull = pulled({ id: 'a', text: 'typed' }, 12);
	const snapshots = { notes: '7' };
	expect(await account.commit({ ...pull, snapshots, applied: operations })).toBe(true);
	expect(await account.read()).toEqual({
		...{ generation: 1, snapshots, completeAt: 1, operations: [] },
		tables: { notes: [{ id: 'a', text: 'typed' }] }
	});
	expect(await account.stamps(1)).toEqual(new Map([['notes', new Map([['a', 12]])]]));
});

test('a pull that began before another one ended is thrown away', async () => {
	const newer = { id: 'a', text: 'newer' };
	await account.commit(pulled(newer, 2));
	const older = { id: 'a', text: 'older' };
	expect(await account.commit(pulled(older, 1))).toBe(false);
	expect((await account.read()).tables).toEqual({ notes: [newer] });
});

test('a draft survives the death of the tab, and its save removes it with the same stroke', async () => {
	const tab = await openTab();
	const other = new tab.Account(account.id, new tab.Vault());
	void other.drafts.keep('note', 'ty');
	await other.drafts.keep('note', 'typed');
	tab.kill();
	await account.drafts.load();
	expect(account.drafts.text('note')).toBe('typed');
	await account.add(operation('a'), 'note');
	expect(account.drafts.text('note')).toBeNull();
	const reopened = new Account(account.id, vault);
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

test.each(['before', 'after'] as const)(
	'what is typed while the save is on its way, %s its transaction began, outlives it',
	async (moment) => {
		const { drafts } = account;
		const type = () => {
			void drafts.keep('note', 'saved, and');
			void drafts.keep('note', 'saved, and more');
		};
		await drafts.keep('note', 'saved');
		const flush = drafts.flush.bind(drafts);
		const dropping = drafts.dropping.bind(drafts);
		vi.spyOn(drafts, 'flush').mockImplementationOnce(() => {
			if (moment === 'before') type();
			return flush();
		});
		vi.spyOn(drafts, 'dropping').mockImplementationOnce((key) => {
			queueMicrotask(type);
			return dropping(key);
		});
		await account.add(operation('saved'), 'note');
		expect(drafts.text('note')).toBe('saved, and more');
		await drafts.flush();
		const reopened = new Account(account.id, vault);
		await reopened.drafts.load();
		expect(reopened.drafts.text('note')).toBe('saved, and more');
		await reopened.close();
	}
);
