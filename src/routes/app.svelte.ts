import { createContext } from 'svelte';
import { env } from '$env/dynamic/public';
import type { Intent } from '#lib/changes/intent.ts';
import { Backend } from '#lib/data/backend.ts';
import * as members from '#lib/data/members.ts';
import { type View, viewer, whole } from '#lib/data/view.ts';
import { Device } from '#lib/offline/device.svelte.ts';
import { HomeScreen } from '#lib/offline/home-screen.svelte.ts';
import { Installation } from '#lib/offline/installation.ts';
import { Persistence } from '#lib/offline/persistence.svelte.ts';
import { browser } from '#lib/offline/platform.ts';
import type { Tables } from '#lib/offline/replica.ts';
import { Update } from '#lib/offline/update.svelte.ts';
import type { Vault } from '#lib/offline/vault.ts';
import * as m from '#lib/paraglide/messages.js';

/** What every page works with: the member's data on this device, and the server behind it. */
export class App {
	readonly backend: Backend;
	readonly device: Device<Tables, View>;
	/** What seals all that this browser keeps. */
	readonly vault: Vault;
	readonly update = new Update();
	readonly homeScreen = new HomeScreen();
	readonly persistence = new Persistence();
	readonly uuid = browser().uuid;
	#group = $state<string | null>(null);
	#leaving = $state(false);

	constructor() {
		// Another tab signed somebody in or out.
		const installation = new Installation(() => void this.device.follow());
		this.vault = installation.vault;
		const url = env.PUBLIC_SUPABASE_URL || location.origin;
		const key = env.PUBLIC_SUPABASE_PUBLISHABLE_KEY ?? '';
		this.backend = new Backend({ url, key }, installation.auth);
		const read = viewer();
		this.device = new Device<Tables, View>(
			installation,
			{
				parse: (tables) => ({ rows: tables, whole: whole(tables, read(tables)) }),
				view: read,
				folding: async () => {
					const { applied } = await import('#lib/changes/pending.ts');
					return (tables, pending) => read(applied(tables, pending));
				},
				connect: async (id) =>
					(await import('#lib/data/remote.ts')).remote(this.backend, id, this.vault.place)
			},
			browser()
		);
	}

	/** The signed-in member's id. Only for pages behind the sign-in. */
	get me(): string {
		return this.device.account ?? '';
	}

	/** All this member may see; empty tables before the first sync. */
	get view(): View {
		return this.device.view ?? (this.#nothing ??= viewer()({}));
	}
	#nothing: View | null = null;

	/** The group on screen: the one chosen, else the first one joined; null: none yet. */
	get group(): string | null {
		const { groups } = this.view;
		if (groups.some(({ id }) => id === this.#group)) return this.#group;
		return groups.toSorted((a, b) => a.createdAt - b.createdAt)[0]?.id ?? null;
	}

	choose(group: string): void {
		this.#group = group;
	}

	/** Keeps what the member meant, shows it at once, sends it when it can. */
	async write({ kind, args, base }: Intent, draft: string | null = null): Promise<number> {
		const sequence = await this.device.write(kind, args, base, draft);
		void this.persistence.saved(this.homeScreen.installed);
		return sequence;
	}

	/**
	 * Asks the server for what only it can do, then syncs this device: after a refusal too, for the
	 * refusal may mean that something has changed. @throws what `work` throws.
	 */
	async ask<Answer>(work: (backend: Backend) => Promise<Answer>): Promise<Answer> {
		try {
			return await work(this.backend);
		} finally {
			await this.device.sync();
		}
	}

	/** True while the member signs out: the account that closes is not to be opened again. */
	get leaving(): boolean {
		return this.#leaving;
	}

	/** Leaves nothing of the member on this device; ends the session on the server if it answers. */
	async signOut(): Promise<void> {
		this.#leaving = true;
		try {
			await import('#lib/data/account.ts')
				.then(({ leave }) => leave(this.backend))
				.catch(() => undefined);
			await this.device.wipe();
		} finally {
			this.#leaving = false;
		}
	}
}

/** How a person is called; a neutral word for one without a name yet, or whose account is gone. */
export function nameOf(view: View, id: string | null): string {
	const name = members.nameOf(view, id);
	if (name !== null) return name;
	return members.isErased(view, id) ? m.session_former_member() : m.session_someone();
}

export const [useApp, provideApp] = createContext<App>();

let started: App | null = null;

/** The one of this tab. */
export function startApp(): App {
	return (started ??= new App());
}
