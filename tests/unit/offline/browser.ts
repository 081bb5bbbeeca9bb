import { Device } from '#lib/offline/device.svelte.ts';
import { Installation } from '#lib/offline/installation.ts';
import type { Tables } from '#lib/offline/replica.ts';
import { wipeDisk } from './disk.ts';
import { FakePlatform } from './fake-platform.ts';
import { fold, Server } from './server.ts';

export type NoteDevice = Device<Tables, Record<string, string[]>>;

/** A browser with tabs that share its disk, in front of a server of notes. */
export class Browser {
	readonly server = new Server();
	readonly installations: Installation[] = [];
	readonly #devices: NoteDevice[] = [];
	/** How rows are read. */
	parse = (tables: Tables): { rows: Tables; whole: boolean } => ({ rows: tables, whole: true });
	/** How the code that shows what waits is brought. */
	folding = async () => fold;

	/** One tab; what it keeps is there for the others, and for those after it. */
	tab(platform = new FakePlatform()): NoteDevice {
		const installation = new Installation(() => void device.follow());
		const connect = (account: string) => {
			this.server.account = account;
			return this.server.remote;
		};
		const model = {
			parse: (tables: Tables) => this.parse(tables),
			view: (tables: Tables) => fold(tables, []),
			folding: () => this.folding(),
			connect
		};
		const device: NoteDevice = new Device(installation, model, platform);
		this.#devices.push(device);
		this.installations.push(installation);
		return device;
	}

	/** Nothing gets through from here on. */
	cut(): void {
		this.server.trouble = Array.from({ length: 99 }, () => 'lost request' as const);
	}

	/** Closes every tab and deletes what is on disk. */
	async end(): Promise<void> {
		for (const device of this.#devices) await device.close();
		for (const installation of this.installations) await installation.close();
		await wipeDisk();
	}
}
