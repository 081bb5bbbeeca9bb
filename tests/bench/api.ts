import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { DEMO_PASSWORD } from '#lib/server/demo.ts';
import type { CercleProcess } from '../support/process.ts';

/** How many calls may be under way. */
export const AT_ONCE = 8;

/** The group of the demo. */
export const GROUP = '00000001-0000-4000-8000-000000000001';

/** Calls a function of the API as one member. */
export type Call = (name: string, args: object) => Promise<unknown>;

/** Signs in over the API; the answer calls functions with the token. */
export async function signIn({ url, dataFolder }: CercleProcess, email: string): Promise<Call> {
	const { publishableKey: apikey } = JSON.parse(
		await readFile(join(dataFolder, 'keys.json'), 'utf8')
	);
	const post = (path: string, body: object, headers: Record<string, string> = {}) =>
		send(url + path, JSON.stringify(body), { apikey, ...headers });
	const path = '/auth/v1/token?grant_type=password';
	const { access_token } = await post(path, { email, password: DEMO_PASSWORD });
	const authorization = `Bearer ${access_token}`;
	return (name, args) => post(`/rest/v1/rpc/${name}`, args, { authorization });
}

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

/** By the plainest client there is: what it costs is no part of the answer. */
function send(url: string, body: string, headers: Record<string, string>) {
	return new Promise<Record<string, unknown>>((done, failed) => {
		const options = {
			...{ method: 'POST', agent },
			headers: {
				...headers,
				...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
			}
		};
		const asked = request(url, options, (answer) => {
			const chunks: Buffer[] = [];
			answer.on('data', (chunk: Buffer) => chunks.push(chunk));
			answer.on('end', () => {
				const text = Buffer.concat(chunks).toString();
				if (answer.statusCode === 200) done(JSON.parse(text));
				else failed(new Error(`${url}: ${text}`));
			});
		});
		asked.on('error', failed);
		asked.end(body);
	});
}

/** A live session of its own; each press of its facilitator pauses it or goes on. */
export async function openRoom(
	facilitate: Call,
	facilitator_id: string,
	presenters: readonly string[] = []
) {
	const id = randomUUID();
	const plan = {
		...{ id, group_id: GROUP, starts_at: new Date().toISOString(), time_zone: 'Europe/Paris' },
		...{ place: '', format: 'mastermind', length_minutes: 120, presenters },
		...{ facilitator_id, scribe_id: null, host_id: null },
		segments: [
			{
				...{ kind: 'discussion', label: { fr: 'Discussion', en: 'Discussion' } },
				...{ minutes: 120, least: 60, speakers: 'everyone', rule: 'free', person_id: null }
			}
		]
	};
	await facilitate('plan_session', { plan, expected_version: 0 });
	const asked = (await facilitate('room_snapshot', { session_id: id })) as {
		state: { version: number };
	};
	let { version } = asked.state;
	let pressed = 0;
	const command = async (name: string) => {
		const sent = { session_id: id, command: name, args: {}, expected_version: version };
		const answer = await facilitate('room_command', { ...sent, command_id: randomUUID() });
		({ version } = answer as { version: number });
	};
	await command('start');
	return { id, press: () => command(pressed++ % 2 === 0 ? 'pause' : 'resume') };
}
