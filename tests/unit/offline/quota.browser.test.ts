/// <reference types="@vitest/browser-playwright" />

import { Account } from '#lib/offline/account.ts';
import { Vault } from '#lib/offline/vault.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cdp } from 'vitest/browser';

const { origin } = location;
const operation = { kind: 'note', base: null, madeAt: 0 };

// Chromium remembers for a while how much room a bucket has: a new bucket asks at its first write.
beforeAll(async () => {
	await cdp().send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 400_000 });
	const bucket = await Reflect.get(navigator, 'storageBuckets').open('full');
	vi.stubGlobal('indexedDB', bucket.indexedDB);
});

afterAll(async () => {
	vi.unstubAllGlobals();
	await Reflect.get(navigator, 'storageBuckets').delete('full');
	await cdp().send('Storage.overrideQuotaForOrigin', { origin });
});

test('storage full: a write is refused as a whole, what was kept stays readable', async () => {
	const vault = new Vault();
	const account = new Account(crypto.randomUUID(), vault);
	try {
		await account.add({ ...operation, args: 'kept' });
		await account.drafts.keep('note', 'typed');
		const heavy = 'x'.repeat(5_000_000);
		const attempt = account.add({ ...operation, args: heavy }, 'note');
		await expect(attempt).rejects.toMatchObject({ name: 'StorageError', code: 'full' });
		const pull = { generation: null, afresh: true, snapshots: {}, applied: [], completeAt: 1 };
		const diffs = [{ table: 'notes', rows: [[1, { id: 'a', text: heavy }] as const], gone: [] }];
		await expect(account.commit({ ...pull, diffs })).rejects.toMatchObject({ code: 'full' });
		const { operations, tables } = await account.read();
		expect(operations.map(({ args }) => args)).toEqual(['kept']);
		expect(tables).toEqual({});
		expect(account.drafts.text('note')).toBe('typed');
	} finally {
		await account.erase();
		await vault.close();
	}
});
