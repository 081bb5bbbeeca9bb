import { setStatus } from '#lib/changes/intent.ts';
import { codeOf } from '#lib/data/failure.ts';
import type { Action } from '#lib/domain/actions/action.ts';
import * as m from '#lib/paraglide/messages.js';
import type { ToastMessage } from '#lib/ui/Toast.svelte';
import type { App } from '#app';

const toasts = {
	done: m.actions_toast_done,
	open: m.actions_toast_open,
	dropped: m.actions_toast_dropped
};

/** Marking actions done, dropped or open again on one page, with what was just done undoable. */
export class Ticking {
	readonly #app: App;
	#toast = $state.raw<ToastMessage | null>(null);
	#moved = $state.raw<readonly string[]>([]);

	constructor(app: App) {
		this.#app = app;
	}

	get toast(): ToastMessage | null {
		return this.#toast;
	}

	/** Ticked on this page: such an action keeps its place until the page is left. */
	has(action: Action): boolean {
		return this.#moved.includes(action.id);
	}

	async setStatus(action: Action, status: Action['status']): Promise<void> {
		const row = this.#app.view.actions.find(({ id }) => id === action.id);
		if (!row) return;
		try {
			await this.#app.write(setStatus(row, status));
			this.#moved = [...this.#moved, action.id];
			const undo = () => void this.setStatus(action, action.status);
			this.say(toasts[status](), status === action.status ? undefined : undo);
		} catch (error) {
			// Rarely needed: the words of every refusal come when there is one.
			const { refusal } = await import('#lib/ui/refusal.ts');
			this.say(refusal(codeOf(error)));
		}
	}

	say(text: string, undo?: () => void): void {
		this.#toast = { id: this.#app.uuid(), text, undo };
	}

	dismiss(): void {
		this.#toast = null;
	}
}
