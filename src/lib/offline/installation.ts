import { Channel } from './channel.ts';
import { SealedStore, type Change } from './sealed-store.ts';
import { Vault } from './vault.ts';

const authSchema = { version: 1, stores: ['auth'] };
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
	readonly vault: Vault;
	readonly #facts: SealedStore;
	readonly #channel: Channel;
	#signIn: SealedStore;

	/**
	 * `onaccount` is called when another tab changed the current account, or moved what is kept here.
	 */
	constructor(onaccount: () => void = () => {}) {
		this.vault = new Vault(onaccount);
		this.#facts = this.vault.place.facts;
		this.#signIn = this.#openSignIn();
		this.#channel = new Channel('cercle', onaccount);
	}

	/** Tokens live in IndexedDB, sealed, not in localStorage. */
	readonly auth: AuthStorage = {
		getItem: async (key) => (await textOf(this.#signIn, 'auth', key)) ?? this.#formerly(key),
		setItem: async (key, value) => {
			// A refresh token is used once: losing the new one to a power cut would sign the member out.
			await this.#signIn.write([{ store: 'auth', key, put: value }], { durability: 'strict' });
		},
		removeItem: async (key) => {
			const changes = [{ store: 'auth', remove: key }];
			await this.#signIn.write(changes, { durability: 'strict' });
			await this.#facts.write(changes, { durability: 'strict' });
		}
	};

	/** Id of the account this device is signed in to; null: nobody. */
	async account(): Promise<string | null> {
		return textOf(this.#facts, 'device', 'account');
	}

	/** Ids of the accounts that were open here and may have a database, the current one included. */
	async accounts(): Promise<string[]> {
		const [entries = []] = await this.#facts.read(['device']);
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
		await this.#facts.write(changes, { durability: 'strict' });
		this.#channel.announce();
	}

	/** To be called once the database of `account` is gone. */
	async forget(account: string): Promise<void> {
		const change = { store: 'device', remove: [KEPT, account] };
		await this.#facts.write([change], { durability: 'strict' });
	}

	/** Whether the server signed the last account out, and nobody signed in since. */
	async ended(): Promise<boolean> {
		return (await textOf(this.#facts, 'device', 'ended')) !== null;
	}

	/** Forgets the account and its session, for every tab. `ended`: because the server ended it. */
	async leave(ended = false): Promise<void> {
		const reason: Change = ended
			? { store: 'device', key: 'ended', put: 'ended' }
			: { store: 'device', remove: 'ended' };
		const signIn = this.#signIn;
		this.#signIn = this.#openSignIn();
		await signIn.erase();
		const changes: Change[] = [
			{ store: 'device', remove: 'account' },
			reason,
			{ store: 'auth', clear: true }
		];
		await this.#facts.write(changes, { durability: 'strict' });
		this.#channel.announce();
	}

	async close(): Promise<void> {
		this.#channel.close();
		await this.#signIn.close();
		await this.vault.close();
	}

	/** What a build before places kept, and what could not be brought to one yet. */
	async #formerly(key: string): Promise<string | null> {
		const [entries = []] = await this.#facts.read(['auth']);
		const kept = entries.find((entry) => entry.key === key)?.value;
		const value = await this.vault.open('cercle/auth', kept);
		return typeof value === 'string' ? value : null;
	}

	/** It has a place of its own, so that nothing of it stays on the disk when it ends. */
	#openSignIn(): SealedStore {
		const { vault } = this;
		return new SealedStore('cercle-auth', authSchema, { place: vault.place, vault });
	}
}

async function textOf(store: SealedStore, name: string, key: string): Promise<string | null> {
	const [entries = []] = await store.read([name]);
	const value = entries.find((entry) => entry.key === key)?.value;
	return typeof value === 'string' ? value : null;
}
