import * as account from '#lib/offline/account.ts';
import * as platform from '#lib/offline/platform.ts';
import * as database from '#lib/offline/sealed-store.ts';
import * as vault from '#lib/offline/vault.ts';

/** What a test finds in another tab: the same code in a realm of its own. */
export interface Tab {
	window: Window;
	Account: typeof account.Account;
	SealedStore: typeof database.SealedStore;
	Vault: typeof vault.Vault;
	platform: ReturnType<typeof platform.browser>;
	/** Ends the tab at once, as a killed process would: nothing of it runs any more. */
	kill(): void;
}

/** Another tab of the same browser, as a frame of the same origin. */
export async function openTab(): Promise<Tab> {
	const frame = document.createElement('iframe');
	const ready = Promise.withResolvers<Omit<Tab, 'kill'>>();
	Object.assign(globalThis, { tabReady: ready.resolve, tabFailed: ready.reject });
	const module = new URL(import.meta.url).pathname;
	// The runner wraps what is imported late, in the realm of its own page only.
	frame.srcdoc = `<script type="module">
		globalThis.__vitest_browser_runner__ = parent.__vitest_browser_runner__;
		import('${module}').then((tab) => parent.tabReady(tab.here()), parent.tabFailed);
	</script>`;
	document.body.append(frame);
	return { ...(await ready.promise), kill: () => frame.remove() };
}

export function here(): Omit<Tab, 'kill'> {
	return {
		window,
		Account: account.Account,
		SealedStore: database.SealedStore,
		Vault: vault.Vault,
		platform: platform.browser()
	};
}
