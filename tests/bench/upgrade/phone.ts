import assert from 'node:assert/strict';
import { enter } from '../../support/demo-room.ts';
import { asOwner } from '../../support/owner.ts';
import { openProfile, type Profile } from '../../support/profile.ts';
import { until } from './until.ts';

const ONLINE = 'Appeler la banque';
const OFFLINE = 'Écrire au conseil';

/** Camille's browser, in which the app of before is installed. */
export class UsedPhone {
	readonly #profile: Profile;
	readonly #dataFolder: string;

	private constructor(profile: Profile, dataFolder: string) {
		this.#profile = profile;
		this.#dataFolder = dataFolder;
	}

	/** She signs in and notes an action, which the server has then. */
	static async open(url: string, dataFolder: string): Promise<UsedPhone> {
		const profile = await openProfile(url);
		const phone = new UsedPhone(profile, dataFolder);
		await enter(profile.page, 'Camille Roussel');
		await profile.page.evaluate(() => navigator.serviceWorker.ready);
		await phone.#note(ONLINE);
		await until(async () => (await phone.#statuses()).length === 1);
		return phone;
	}

	/** Started anew while there is no server: she ticks it, and notes another one. */
	async writeOffline(): Promise<void> {
		await this.#profile.restart('offline');
		await this.#note(OFFLINE);
		const { page } = this.#profile;
		await page.getByRole('checkbox', { name: new RegExp(ONLINE) }).check();
		await this.#waiting().waitFor();
	}

	/**
	 * With the new server, both are sent by the app of before, which offers the new one when it is opened
	 * again; in that she is signed in, and nothing waits. Answers after how many ms they were sent.
	 */
	async sendQueue(): Promise<number> {
		const began = performance.now();
		await this.#profile.context.setOffline(false);
		await until(async () => (await this.#statuses()).join() === 'done,open');
		const sent = performance.now() - began;
		const { page } = this.#profile;
		await page.reload();
		await page.getByRole('button', { name: 'Mettre à jour' }).click();
		await this.#waiting().waitFor({ state: 'hidden' });
		await page.goto('/today');
		await page.getByText('Croix-Rousse, chez Thomas').first().waitFor();
		await page.goto('/actions');
		await page.getByText(OFFLINE).first().waitFor();
		return sent;
	}

	async remove(): Promise<void> {
		await this.#profile.remove();
		assert.deepEqual(this.#profile.faults, []);
	}

	async #note(title: string): Promise<void> {
		const { page } = this.#profile;
		await page.goto('/actions');
		await page.getByRole('button', { name: 'Ajouter une action' }).first().click();
		await page.getByLabel('Ce que je m’engage à faire').fill(title);
		await page.getByRole('button', { name: 'Ajouter', exact: true }).click();
		await page.getByText(title).first().waitFor();
	}

	#waiting() {
		return this.#profile.page.getByText(/en attente/).first();
	}

	/** What the server says of the two, by title. */
	#statuses(): Promise<string[]> {
		return asOwner(this.#dataFolder, async (sql) => {
			const rows = await sql`
				select status from actions where title = any (${[ONLINE, OFFLINE]}) order by title
			`;
			return rows.map(({ status }) => String(status));
		});
	}
}
