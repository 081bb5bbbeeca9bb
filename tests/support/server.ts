import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClient, type Session, type SupabaseClient } from '@supabase/supabase-js';
import { SignJWT } from 'jose';
import postgres, { type Sql, type TransactionSql } from 'postgres';
import { afterAll, inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { openCercle, type RunningCercle } from '#lib/server/cercle.ts';
import { type Hosted, readConfig } from '#lib/server/config.ts';
import { AUTH_LIMITS, type AuthLimits } from '#lib/server/embedded/auth.ts';
import type { CallLimits } from '#lib/server/embedded/calls.ts';
import { Gaps } from '#lib/server/embedded/walls.ts';
import { openLog } from '#lib/server/log.ts';
import { SEARCH_PATH } from '../../scripts/schemas.ts';
import { asPerson } from './as-person.ts';
import { type MailCatcher, openMailCatcher } from './mail.ts';

/** Where a running Cercle is, in plain data: it crosses from vitest's process to its workers. */
export interface ServerAddress {
	url: string;
	publishableKey: string;
	jwtSecret: string;
	ownerUrl: string;
}

declare module 'vitest' {
	export interface ProvidedContext {
		cercle: ServerAddress;
	}
}

export interface TestServer extends ServerAddress {
	dataFolder: string;
	/** Lines of the log so far. */
	log: string[];
	mails: MailCatcher;
	running: RunningCercle;
	secretKey: string;
	/** How a process elsewhere would be told to find it. */
	hosted: Hosted;
	/** Stops it and removes its data. */
	close(): Promise<void>;
}

export interface TestServerOptions {
	/** Kept by `close` when given. */
	dataFolder?: string;
	demo?: boolean;
	rules?: Partial<AuthLimits>;
	/** None unless given: whole files of tests call in the name of a few. */
	calls?: CallLimits;
	/** As of a proxy in front. */
	addressHeader?: string;
	/** Null: the file brings functions of its own. */
	walls?: null;
	/** Milliseconds between two looks at the walls of the database. */
	lookEvery?: number;
	/** Least milliseconds of the answers that could tell whether an account exists; 0 unless asked. */
	pace?: number;
}

const boundless = { most: Infinity, window: 1 };
const UNLIMITED: CallLimits = { callsPerAccount: boundless, callsPerNetwork: boundless };

const root = resolve(import.meta.dirname, '../..');

/** Starts a whole Cercle, but for its pages, on a database of its own, with a real mail server. */
export async function openServer(options: TestServerOptions = {}): Promise<TestServer> {
	const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'cercle-test-')));
	const mails = await openMailCatcher();
	const log: string[] = [];
	const config = readConfig('start', {
		PORT: '0',
		CERCLE_DATA: dataFolder,
		CERCLE_DEMO: options.demo ? '1' : '0',
		SMTP_URL: mails.url,
		ADDRESS_HEADER: options.addressHeader
	});
	const running = await openCercle({
		config,
		root,
		version: 'test',
		log: openLog((line) => log.push(line)),
		pages: false,
		// Tests are the ones that send, at the time they choose.
		reminders: false,
		pace: options.pace ?? 0,
		rules: { ...AUTH_LIMITS, ...options.rules },
		calls: options.calls ?? UNLIMITED,
		...(options.walls === null && { walls: null }),
		...(options.lookEvery !== undefined && { lookEvery: options.lookEvery })
	});
	if (!running.backend) throw new Error('no embedded backend');
	const url = `http://127.0.0.1:${running.port}`;
	const { publishableKey, secretKey, jwtSecret } = running.backend.keys;
	return {
		...{ url, publishableKey, secretKey, jwtSecret },
		hosted: { url, publishableKey, secretKey },
		ownerUrl: running.backend.ownerUrl,
		dataFolder,
		log,
		mails,
		running,
		close: async () => {
			await running.close();
			await mails.close();
			if (!options.dataFolder) await rm(dataFolder, { recursive: true, force: true });
		}
	};
}

/** As `globalSetup` of a vitest project: one Cercle for all its files, found by `connect()`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const server = await openServer().catch((error: unknown) => {
		if (error instanceof Gaps)
			console.error('Is supabase/walls.json of the last migration? npm run database -- walls');
		throw error;
	});
	const { url, publishableKey, jwtSecret, ownerUrl } = server;
	project.provide('cercle', { url, publishableKey, jwtSecret, ownerUrl });
	return server.close;
}

/** Somebody with a confirmed account and a session of their own. */
export interface Person {
	id: string;
	email: string;
	session: Session;
	client: SupabaseClient;
	/** Works in SQL as a request of theirs would (as-person.ts): what tables allow is asked so. */
	sql<T>(work: (sql: TransactionSql) => Promise<T>): Promise<T>;
}

/** Somebody whose database this is the owner of. */
export function personOf(owner: Sql, person: Omit<Person, 'sql'>): Person {
	return { ...person, sql: (work) => asPerson(owner, person, work) };
}

export interface Connection extends ServerAddress {
	/** The database's owner: what denials are checked against. Sees and may do everything. */
	owner: Sql;
	/** A client without a session. */
	anonymous(): SupabaseClient;
	/** A new person at each call, whatever the name: files and tests do not meet. */
	signIn(name: string): Promise<Person>;
	close(): Promise<void>;
}

/** The Cercle of the project, for the tests of one file: the connection ends after the last of them. */
export function connected(server?: ServerAddress): Connection {
	const cercle = connect(server);
	afterAll(() => cercle.close());
	return cercle;
}

/** A Cercle of the file's own, and a connection to it: both end after the last of its tests. */
export async function started(
	options?: TestServerOptions
): Promise<{ server: TestServer; cercle: Connection }> {
	const server = await openServer(options);
	afterAll(() => server.close());
	return { server, cercle: connected(server) };
}

/** Connects to a running Cercle: that of the project's `globalSetup`, or the one given. */
export function connect(server: ServerAddress = inject('cercle')): Connection {
	const { url, publishableKey, jwtSecret, ownerUrl } = server;
	const connection = { search_path: SEARCH_PATH };
	const owner = postgres(ownerUrl, { max: 3, connection, onnotice: () => undefined });
	const anonymous = () =>
		createClient(url, publishableKey, {
			auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false }
		});
	return {
		...{ url, publishableKey, jwtSecret, ownerUrl },
		owner,
		anonymous,
		signIn: async (name) => {
			const account = await addAccount(owner, name);
			const access_token = await token(account, jwtSecret);
			const client = anonymous();
			const { refresh_token } = account;
			const { data, error } = await client.auth.setSession({ access_token, refresh_token });
			if (error || !data.session) throw error ?? new Error('no session');
			const { id, email } = account;
			return personOf(owner, { id, email, session: data.session, client });
		},
		close: () => owner.end({ timeout: 1 })
	};
}

interface TestAccount {
	id: string;
	email: string;
	session_id: string;
	refresh_token: string;
}

/** What the API would leave behind after a sign-in, without its mail and its password hash. */
async function addAccount(owner: Sql, name: string): Promise<TestAccount> {
	const [id, session_id, refresh_token] = [randomUUID(), randomUUID(), randomUUID()];
	const email = `${name.toLowerCase()}.${id.slice(0, 8)}@test.example`;
	const about = { name, email, sub: id };
	await owner.begin(async (sql) => {
		await sql`
			insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
			values (${id}, ${email}, now(), ${sql.json(about)})
		`;
		await sql`
			insert into auth.identities (id, provider, provider_id, user_id, identity_data)
			values (${randomUUID()}, 'email', ${id}, ${id}, ${sql.json(about)})
		`;
		await sql`insert into auth.sessions (id, user_id) values (${session_id}, ${id})`;
		await sql`
			insert into auth.refresh_tokens (id, token, user_id, session_id)
			values (${randomUUID()}, ${refresh_token}, ${id}, ${session_id})
		`;
	});
	return { id, email, session_id, refresh_token };
}

function token({ id, email, session_id }: TestAccount, secret: string): Promise<string> {
	return new SignJWT({ email, session_id, role: 'authenticated' })
		.setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
		.setSubject(id)
		.setAudience('authenticated')
		.setIssuedAt()
		.setExpirationTime('1h')
		.sign(new TextEncoder().encode(secret));
}
