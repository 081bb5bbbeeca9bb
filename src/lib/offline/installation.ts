import { Channel } from './channel.ts';
import { Database } from './database.ts';

const schema = [['device', 'auth']];

/** Where an authentication client keeps its session: the shape supabase-js expects of `storage`. */
export interface AuthStorage {
	getItem(key: string): Promise<string | null>;
	setItem(key: string, value: string): Promise<void>;
	removeItem(key: string): Promise<void>;
}

/**
 * What this browser remembers across accounts: whose account is open, and the sign-in session. It
 * holds no member text.
 */
export class Installation {
	readonly #database = new Database('cercle', schema);
	readonly #channel: Channel;

	/** `onaccount` is called when another tab changed the current account. */
	constructor(onaccount: () => void = () => {}) {
		this.#channel = new Channel('cercle', onaccount);
	}

	/** Tokens live in IndexedDB, not in localStorage. */
	readonly auth: AuthStorage = {
		getItem: (key) => this.#get('auth', key),
		setItem: (key, value) => this.#set('auth', key, value),
		removeItem: (key) => this.#remove('auth', key)
	};

	/** Id of the account this device is signed in to; null: nobody. */
	async account(): Promise<string | null> {
		return this.#get('device', 'account');
	}

	/** Makes `account` the current one, for every tab. */
	async enter(account: string): Promise<void> {
		if ((await this.account()) === account) return;
		await this.#set('device', 'account', account);
		this.#channel.announce();
	}

	/** Forgets the account and its session, for every tab. */
	async leave(): Promise<void> {
		await this.#database.write(
			[
				{ store: 'device', clear: true },
				{ store: 'auth', clear: true }
			],
			{ durability: 'strict' }
		);
		this.#channel.announce();
	}

	async close(): Promise<void> {
		this.#channel.close();
		await this.#database.close();
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
