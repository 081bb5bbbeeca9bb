import { createECDH, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Refusal } from '#lib/server/refusal.ts';

const keysFormat = z.object({
	postgresPassword: z.string().min(20),
	authenticatorPassword: z.string().min(20),
	jwtSecret: z.string().min(40),
	publishableKey: z.string().startsWith('sb_publishable_'),
	secretKey: z.string().startsWith('sb_secret_'),
	vapid: z.object({ publicKey: z.string().length(87), privateKey: z.string().length(43) })
});
/** As folders of before the reminders have them. */
const formerFormat = keysFormat.omit({ vapid: true });

/** The secrets of one data folder, made at its first start and never shown. */
export type Keys = z.infer<typeof keysFormat>;

/** Where the embedded database lives in the data folder. */
export const databaseFolder = (dataFolder: string) => join(dataFolder, 'postgres');

export const keysFile = (dataFolder: string) => join(dataFolder, 'keys.json');

/**
 * Reads the keys of the data folder, or makes them when the folder is new. @throws Refusal for a
 * folder that has a database but lost its keys: new ones would not open it and would sign everybody
 * out.
 */
export async function openKeys(dataFolder: string): Promise<Keys> {
	const file = keysFile(dataFolder);
	await mkdir(dataFolder, { recursive: true });
	// Root's database runs as another system user, who must pass through without looking around.
	await chmod(dataFolder, process.getuid?.() === 0 ? 0o711 : 0o700);
	const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return null;
		throw new Refusal(`Cercle cannot read its keys, ${file} (${error.code ?? 'unknown'}).`);
	});
	if (text !== null) {
		await chmod(file, 0o600);
		const kept = parse(text, file);
		if ('vapid' in kept) return kept;
		const keys = { ...kept, vapid: makeVapid() };
		await write(file, keys);
		return keys;
	}
	if (await exists(databaseFolder(dataFolder))) {
		throw new Refusal(
			`${dataFolder} holds a database but not its keys (${file}).\n` +
				'Put the keys back from your backup, or choose another folder with CERCLE_DATA.'
		);
	}
	const keys = makeKeys();
	await write(file, keys);
	return keys;
}

function parse(text: string, file: string): Keys | Omit<Keys, 'vapid'> {
	try {
		const content: unknown = JSON.parse(text);
		const isFormer = typeof content === 'object' && content !== null && !('vapid' in content);
		return (isFormer ? formerFormat : keysFormat).parse(content);
	} catch {
		throw new Refusal(`The keys file ${file} is damaged: put it back from your backup.`);
	}
}

function makeKeys(): Keys {
	const random = (bytes: number) => randomBytes(bytes).toString('base64url');
	return {
		postgresPassword: random(24),
		authenticatorPassword: random(24),
		jwtSecret: random(48),
		publishableKey: `sb_publishable_${random(24)}`,
		secretKey: `sb_secret_${random(32)}`,
		vapid: makeVapid()
	};
}

/**
 * By these the push services know this Cercle; browsers subscribe under the public one (RFC 8292).
 */
function makeVapid(): Keys['vapid'] {
	const pair = createECDH('prime256v1');
	const publicKey = pair.generateKeys('base64url');
	// The number may begin with zeros, which are left out of it.
	const privateKey = Buffer.alloc(32);
	const number = pair.getPrivateKey();
	number.copy(privateKey, privateKey.length - number.length);
	return { publicKey, privateKey: privateKey.toString('base64url') };
}

const write = (file: string, keys: Keys) =>
	writeDurably(file, JSON.stringify(keys, null, '\t') + '\n', 0o600);

async function writeDurably(file: string, text: string, mode: number): Promise<void> {
	const unfinished = `${file}.${process.pid}.tmp`;
	const handle = await open(unfinished, 'w', mode);
	try {
		await handle.writeFile(text);
		await handle.sync();
	} finally {
		await handle.close();
	}
	await rename(unfinished, file);
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false
	);
}
