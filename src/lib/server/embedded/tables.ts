import { App } from '@supabase/lite';
import { PostgresConnection } from '@supabase/lite/postgres';
import { z } from 'zod';
import type { ApiRequest } from './api.ts';
import type { Keys } from './keys.ts';
import type { Quiet } from './quiet.ts';

/** Options of the driver behind: connections, time-outs. */
type DriverOptions = NonNullable<
	ConstructorParameters<typeof PostgresConnection>[0]['postgresOptions']
>;

/**
 * The API's way to the database, with two of its habits put right, so that a client sees what a
 * hosted Supabase would answer.
 */
function openConnection(url: string, options: DriverOptions = {}): PostgresConnection {
	const connection = new PostgresConnection({
		url,
		postgresOptions: { onnotice: () => undefined, ...options, types: { json, jsonb } }
	});
	const original = connection.withContext.bind(connection);
	connection.withContext = async (vars, work, more) => {
		try {
			return await original(vars, work, more);
		} catch (error) {
			throw translate(error);
		}
	};
	return connection;
}

/**
 * The API turns arguments and documents into JSON text before the driver does it once more: they
 * would be kept as one long string. Text that is JSON already goes as it is.
 */
function serialize(value: unknown): string {
	if (typeof value === 'string' && isJson(value)) return value;
	return JSON.stringify(value);
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

const parse = (text: string): unknown => JSON.parse(text);
const json = { to: 114, from: [114], serialize, parse };
const jsonb = { to: 3802, from: [3802], serialize, parse };

const stateFormat = z.object({ code: z.string().regex(/^[0-9A-Z]{5}$/), message: z.string() });

/** Classes and states the API tells apart by itself. */
const KNOWN = /^(21|22|42|55|PT|23502|23503|23505|25006)/;

/** Status of the other classes, as PostgREST gives it; 400 is for those without one. */
const STATUS: Record<string, number> = {
	'08': 503,
	'0L': 403,
	'0P': 403,
	'25': 500,
	'28': 403,
	'40': 500,
	'53': 503,
	'54': 500,
	'57': 500,
	'58': 500,
	P0: 500,
	XX: 500
};

/**
 * The API answers 500 without a code to any state it does not know, our own `CR…` among them. As
 * PGRST, the state in which a function dictates the answer, it passes with its code and status. The
 * details of the database are left out: they quote rows.
 */
function translate(error: unknown): unknown {
	const state = stateFormat.safeParse(error);
	if (!state.success || KNOWN.test(state.data.code)) return error;
	const { code, message } = state.data;
	const status = code === 'P0001' ? 400 : (STATUS[code.slice(0, 2)] ?? 400);
	return Object.assign(new Error(JSON.stringify({ code, message })), {
		code: 'PGRST',
		detail: JSON.stringify({ status, headers: {} })
	});
}

/** Table requests, which only tests send; goes when the tests ask tables in SQL. */
export async function openTables(databaseUrl: string, keys: Keys, quiet: Quiet) {
	const connection = openConnection(databaseUrl, { max: 4 });
	const app = new App({
		connection,
		api: { schemas: ['public'], max_rows: 1000 },
		auth: {
			enabled: true,
			jwt_secret: keys.jwtSecret,
			publishable_key: keys.publishableKey,
			secret_key: keys.secretKey
		},
		db: { migrations: { enabled: false } },
		storage: { enabled: false },
		studio: { enabled: false },
		options: { server: { admin: false, disableStudio: true } }
	});
	const fetch = ({ method, url, headers, body }: Omit<ApiRequest, 'isWanted' | 'peer'>) => {
		const told = Object.entries(headers).flatMap(([name, value]) =>
			typeof value === 'string'
				? [[name, value.replace(/count=\w+/, 'count=exact')] as [string, string]]
				: []
		);
		const request = new Request(url, {
			...{ method, headers: told },
			...(body && { body: new Uint8Array(body) })
		});
		return quiet.run(() => app.fetch(request, { peerAddress: '127.0.0.1' }));
	};
	await fetch({
		method: 'GET',
		url: new URL('http://localhost/rest/v1/profiles?limit=0'),
		headers: { apikey: keys.publishableKey },
		body: null
	});
	return { fetch, close: () => connection.driver.end({ timeout: 3 }) };
}
