import { Account } from '#lib/offline/account.ts';
import { Vault } from '#lib/offline/vault.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wipeDisk } from './disk.ts';

let vault: Vault;
let here: Account;
let elsewhere: Account;

beforeEach(async () => {
	vault = new Vault();
	await vault.ready();
	[here, elsewhere] = [new Account('anne', vault), new Account('anne', vault)];
	await here.drafts.keep('note', 'typed');
	await elsewhere.drafts.load();
});

afterEach(async () => {
	await elsewhere.close();
	await here.erase();
	await vault.close();
	await wipeDisk();
});

test('read again, drafts are what another tab left: changed, new and gone', async () => {
	await here.drafts.keep('gone', 'typed');
	await elsewhere.drafts.load();
	await here.drafts.keep('gone', '');
	await here.drafts.keep('note', 'typed on');
	await here.drafts.keep('new', 'typed');
	await elsewhere.drafts.load();
	expect(elsewhere.drafts.keys).toEqual(['new', 'note']);
	expect(elsewhere.drafts.text('note')).toBe('typed on');
});

test('what is typed before, while and after drafts are read again stays', async () => {
	const { drafts } = here;
	void drafts.keep('first', 'on its way to disk');
	void drafts.keep('before', 'typed');
	const loaded = drafts.load();
	void drafts.keep('while', 'typed');
	void drafts.keep('note', '');
	await loaded;
	const typed = ['before', 'first', 'while'];
	expect(drafts.keys.toSorted()).toEqual(typed);
	await drafts.flush();
	await elsewhere.drafts.load();
	expect(elsewhere.drafts.keys).toEqual(typed);
});

test('what is typed again and again while drafts are read is there at the end', async () => {
	const { drafts } = here;
	const loaded = drafts.load();
	for (const text of ['a', 'ab', 'a']) await drafts.keep('note', text);
	await elsewhere.drafts.keep('new', 'typed');
	await loaded;
	expect(drafts.text('note')).toBe('a');
});

test('a draft saved while drafts are read does not come back', async () => {
	const loaded = here.drafts.load();
	await here.add({ kind: 'append', args: null, base: null, madeAt: 0 }, 'note');
	await loaded;
	expect(here.drafts.text('note')).toBeNull();
});
