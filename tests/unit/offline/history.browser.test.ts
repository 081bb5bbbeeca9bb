import { Account } from '#lib/offline/account.ts';
import type { Scope } from '#lib/offline/scope.ts';
import { Sync } from '#lib/offline/sync.ts';
import { Vault } from '#lib/offline/vault.ts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakePlatform } from './fake-platform.ts';
import { fold, noteArgs, Server, type Trouble } from './server.ts';

const trouble = fc.constantFrom<Trouble>('lost request', 'lost answer', 'server error');
const note = fc.constantFrom('x', 'y');
const tab = fc.constantFrom(0, 1);
/** What a run asks for: everything, what a signal named, or what is sent alone. */
const scope = fc.constantFrom<Scope[]>('all', ['notes'], ['others'], []);
const step = fc.oneof(
	fc.record({ what: fc.constant('write' as const), tab, note }),
	fc.record({ what: fc.constant('forbidden' as const), tab, note }),
	fc.record({ what: fc.constant('sync' as const), tab, scope }),
	fc.record({ what: fc.constant('sync unawaited' as const), tab, scope }),
	fc.record({ what: fc.constant('trouble' as const), trouble }),
	fc.record({ what: fc.constant('write during the pull' as const), tab, note }),
	fc.record({ what: fc.constant('someone else writes' as const), note }),
	fc.record({ what: fc.constant('kill and reopen' as const), tab })
);

/** Two tabs of one account; `made` is everything the member ever typed and was told is kept. */
class History {
	readonly id = crypto.randomUUID();
	readonly server = new Server();
	readonly platform = new FakePlatform();
	readonly tabs: [{ account: Account; sync: Sync }, { account: Account; sync: Sync }];
	readonly #vault = new Vault();
	readonly made: string[] = [];
	readonly refused: string[] = [];
	#count = 0;

	constructor() {
		this.server.account = this.id;
		this.tabs = [this.#open(), this.#open()];
	}

	#open() {
		const account = new Account(this.id, this.#vault);
		const listener = { status: () => {}, changed: () => {} };
		const current = () => Promise.resolve(true);
		const sync = new Sync(account, this.server.remote, this.platform, current, listener);
		return { account, sync };
	}

	async write(at: number, kind: string, note: string): Promise<void> {
		const text = `${kind} ${this.#count++}`;
		const args = { note, text };
		await this.tabs[at === 0 ? 0 : 1].account.add({ kind, args, base: null, madeAt: 0 });
		(kind === 'append' ? this.made : this.refused).push(text);
	}

	async take(action: typeof step extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
		const { server, tabs } = this;
		switch (action.what) {
			case 'write':
				return this.write(action.tab, 'append', action.note);
			case 'forbidden':
				return this.write(action.tab, 'forbidden', action.note);
			case 'sync':
				return tabs[action.tab === 0 ? 0 : 1].sync.poke(action.scope);
			case 'sync unawaited':
				void tabs[action.tab === 0 ? 0 : 1].sync.poke(action.scope);
				return;
			case 'trouble':
				server.trouble.push(action.trouble);
				return;
			case 'write during the pull':
				server.onpull = () => {
					server.onpull = () => Promise.resolve();
					return this.write(action.tab, 'append', action.note);
				};
				return;
			case 'someone else writes': {
				const texts = server.notes[action.note] ?? [];
				server.write(action.note, [...texts, `other ${this.#count++}`]);
				return;
			}
			case 'kill and reopen': {
				const at = action.tab === 0 ? 0 : 1;
				await tabs[at].sync.stop();
				await tabs[at].account.close();
				tabs[at] = this.#open();
			}
		}
	}

	async view(): Promise<Record<string, string[]>> {
		const { tables, operations } = await this.tabs[0].account.read();
		return fold(
			tables,
			operations.filter(({ refusal }) => refusal === null)
		);
	}

	/** All that was typed is on the screen, once each. */
	async check(): Promise<void> {
		const texts = Object.values(await this.view()).flat();
		const mine = texts.filter((text) => text.startsWith('append'));
		expect(mine.toSorted()).toEqual(this.made.toSorted());
	}

	async end(): Promise<void> {
		this.server.trouble = [];
		this.server.onpull = () => Promise.resolve();
		for (const { sync } of this.tabs) await sync.poke();
		for (const { sync } of this.tabs) await sync.poke();
		const { operations } = await this.tabs[0].account.read();
		expect(operations.map(({ args }) => noteArgs(args).text)).toEqual(this.refused);
		expect(await this.view()).toEqual(this.server.notes);
		expect(this.server.applied).toEqual(this.made);
	}

	async close(): Promise<void> {
		for (const { sync } of this.tabs) await sync.stop();
		const [first, second] = this.tabs;
		await second.account.close();
		await first.account.erase();
		await this.#vault.close();
	}
}

test('whatever happens on the way, nothing typed is lost, doubled or reordered', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
			const history = new History();
			try {
				for (const action of steps) {
					await history.take(action);
					await history.check();
				}
				await history.end();
			} finally {
				await history.close();
			}
		}),
		{ numRuns: 60 }
	);
}, 60_000);
