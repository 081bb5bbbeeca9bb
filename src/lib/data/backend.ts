import type { AuthClient } from '@supabase/auth-js';
import type { PostgrestClient } from '@supabase/postgrest-js';
import type { RealtimeClient } from '@supabase/realtime-js';
import type { Database } from './database.types.ts';
import { Failure, failureOf, sessionFailure } from './failure.ts';
import type { SessionStorage } from './token-expiry.ts';

/** How long a call may take, in ms: a network that swallows everything counts as none. */
const LIMIT = 20_000;

/** Where Supabase answers, and the key that names this app to it (public by nature). */
export interface Endpoint {
	url: string;
	key: string;
}

type Auth = InstanceType<typeof AuthClient>;
type Functions = Database['public']['Functions'];

/**
 * The three parts of supabase-js, each loaded when first needed: a page that shows a member's
 * actions from the device pays for none of them before it is painted, and only the room loads
 * realtime.
 */
export class Backend {
	readonly #endpoint: Endpoint;
	/** Where the sign-in is kept. */
	readonly storage: SessionStorage;
	#auth: Promise<Auth> | null = null;
	#rest: Promise<PostgrestClient<Database>> | null = null;

	constructor(endpoint: Endpoint, storage: SessionStorage) {
		this.#endpoint = endpoint;
		this.storage = storage;
	}

	/** Sign-in, tokens and their renewal. */
	auth(): Promise<Auth> {
		this.#auth ??= this.#client(this.storage).catch((error: unknown) => {
			// Lost on the way: the next one asks again.
			this.#auth = null;
			throw error;
		});
		return this.#auth;
	}

	/** Signs somebody in beside the member of this device: nothing of it is kept, or renewed. */
	aside(): Promise<Auth> {
		return this.#client(null);
	}

	async #client(storage: SessionStorage | null): Promise<Auth> {
		const [{ AuthClient }, { inOwnTime }, { askAuth }] = await Promise.all([
			import('@supabase/auth-js'),
			import('./token-expiry.ts'),
			import('./own-word.ts')
		]);
		return new AuthClient({
			url: `${this.#endpoint.url}/auth/v1`,
			headers: { apikey: this.#endpoint.key },
			storageKey: storage ? 'session' : 'aside',
			...(storage && { storage: inOwnTime(storage) }),
			persistSession: storage !== null,
			autoRefreshToken: storage !== null,
			detectSessionInUrl: false,
			fetch: (input, init) => askAuth(input, { ...init, signal: AbortSignal.timeout(LIMIT) })
		});
	}

	/** A valid access token, renewed when needed; null when nobody is signed in. */
	async token(): Promise<string | null> {
		return (await this.#session())?.access_token ?? null;
	}

	/**
	 * Calls a database function as the signed-in member, for twenty seconds unless `signal` says
	 * otherwise. `leaving` is told when the request goes out: renewing a token may come first.
	 * @throws Failure.
	 */
	async call<Name extends keyof Functions & string>(
		name: Name,
		args: Functions[Name]['Args'],
		signal: AbortSignal = AbortSignal.timeout(LIMIT),
		leaving: () => void = () => {}
	): Promise<Functions[Name]['Returns']> {
		return this.#call(name, args, await this.token(), signal, leaving);
	}

	/**
	 * The same, in the name of this member only: `foreign` when somebody else is signed in by now.
	 */
	async callAs<Name extends keyof Functions & string>(
		member: string,
		name: Name,
		args: Functions[Name]['Args'],
		signal: AbortSignal
	): Promise<Functions[Name]['Returns']> {
		const session = await this.#session();
		if (session && session.user.id !== member) throw new Failure('foreign');
		return this.#call(name, args, session?.access_token ?? null, signal);
	}

	async #session() {
		const auth = await this.auth();
		const { data, error } = await auth.getSession();
		if (error) throw sessionFailure(error);
		return data.session;
	}

	async #call<Name extends keyof Functions & string>(
		name: Name,
		args: Functions[Name]['Args'],
		token: string | null,
		signal: AbortSignal,
		leaving: () => void = () => {}
	): Promise<Functions[Name]['Returns']> {
		if (token === null) throw new Failure('unauthorized');
		const rest = await this.#functions();
		const request = rest.rpc(name, args).setHeader('Authorization', `Bearer ${token}`);
		leaving();
		const { data, error, status } = await request.abortSignal(signal);
		if (error) throw failureOf(status, error.code, error);
		return data;
	}

	/** A new live connection; the caller disconnects it. */
	async realtime(): Promise<RealtimeClient> {
		const { RealtimeClient } = await import('@supabase/realtime-js');
		return new RealtimeClient(`${this.#endpoint.url.replace(/^http/, 'ws')}/realtime/v1`, {
			params: { apikey: this.#endpoint.key },
			heartbeatIntervalMs: 10_000,
			accessToken: () => this.token()
		});
	}

	#functions(): Promise<PostgrestClient<Database>> {
		this.#rest ??= Promise.all([import('@supabase/postgrest-js'), import('./own-word.ts')])
			.then(
				([{ PostgrestClient }, { askData }]) =>
					new PostgrestClient<Database>(`${this.#endpoint.url}/rest/v1`, {
						headers: { apikey: this.#endpoint.key },
						fetch: (input, init) => askData(input, { ...init, cache: 'no-store' })
					})
			)
			.catch((error: unknown) => {
				this.#rest = null;
				throw error;
			});
		return this.#rest;
	}
}
