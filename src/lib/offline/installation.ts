import { Channel } from './channel.ts';
import { SealedStore, type Change } from './sealed-store.ts';
import { Vault } from './vault.ts';

const schema = { version: 1, stores: ['device', 'auth'] };
/** What the keys of accounts that have a database here begin with. */
const KEPT = 'kept';

/** Where an authentication client keeps its session: the shape supabase-js expects of `storage`. */
export interface AuthStorage {
	getItem(key: string): Promise<string | null>;
	setItem(key: string, value: string): Promise<void>;
	removeItem(key: string): Promise<void>;
}

/**
 * What this browser remembers across accounts: whose account is open, which others have a database
 * here, and the sign-in session. It holds no member text.
 */
export class Installation {
	/** Seals what this browser keeps, of every account. */
	readonly vault = new Vault();
	readonly #database = new SealedStore('cercle', schema, { vault: this.vault, sealed: ['auth'] });
	readonly #channel: Channel;

	/** `onaccount` is called when another tab changed the current account. */
	constructor(onaccount: () => void = () => {}) {
		this.#channel = new Channel('cercle', onaccount);
	}

	/** Tokens live in IndexedDB, sealed, not in localStorage. */
	readonly auth: AuthStorage = {
		getItem: (key) => this.#get('auth', key),
		setItem: (key, value) => this.#set('auth', key, value),
		removeItem: (key) => this.#remove('auth', key)
	};

	/** Id of the account this device is signed in to; null: nobody. */
	async account(): Promise<string | null> {
		return this.#get('device', 'account');
	}

	/** Ids of the accounts that were open here and may have a database, the current one included. */
	async accounts(): Promise<string[]> {
		const [entries = []] = await this.#database.read(['device']);
		return entries.flatMap(({ key }) =>
			Array.isArray(key) && key[0] === KEPT && typeof key[1] === 'string' ? [key[1]] : []
		);
	}

	/** Makes `account` the current one, for every tab. */
	async enter(account: string): Promise<void> {
		const former = await this.account();
		if (former === account) return;
		const changes: Change[] = [
			{ store: 'device', key: 'account', put: account },
			{ store: 'device', key: [KEPT, account], put: true },
			{ store: 'device', remove: 'ended' }
		];
		// It may have entered before this list was kept.
		if (former !== null) changes.push({ store: 'device', key: [KEPT, former], put: true });
		await this.#database.write(changes, { durability: 'strict' });
		this.#channel.announce();
	}

	/** To be called once the database of `account` is gone. */
	async forget(account: string): Promise<void> {
		const change = { store: 'device', remove: [KEPT, account] };
		await this.#database.write([change], { durability: 'strict' });
	}

	/** Whether the server signed the last account out, and nobody signed in since. */
	async ended(): Promise<boolean> {
		return (await this.#get('device', 'ended')) !== null;
	}

	/** Forgets the account and its session, for every tab. `ended`: because the server ended it. */
	async leave(ended = false): Promise<void> {
		const reason: Change = ended
			? { store: 'device', key: 'ended', put: 'ended' }
			: { store: 'device', remove: 'ended' };
		await this.#database.write(
			[{ store: 'device', remove: 'account' }, reason, { store: 'auth', clear: true }],
			{ durability: 'strict' }
		);
		this.#channel.announce();
	}

	async close(): Promise<void> {
		this.#channel.close();
		await this.#database.close();
		await this.vault.close();
	}

	async #get(store: string, key: string): Promise<string | null> {
		const [entries = []] = await this.#database.read([store]);
		const value = entries.find((entry) => entry.key === key)?.value;
		return typeof value === 'string' ? value : null;
	}

	async #set(store: string, key: string, value: string): Promise<void> {
		// A refresh token is used once: losing the new one to a power cut would sign the member out.
		await this.#database.write([{ store, key, put: value }], { durability: 'strict' });
	}

	async #remove(store: string, key: string): Promise<void> {
		await this.#database.write([{ store, remove: key }], { durability: 'strict' });
	}
}
