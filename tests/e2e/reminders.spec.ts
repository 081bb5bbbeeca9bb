import ICAL from 'ical.js';
import { wholeChromium } from '../support/chromium.ts';
import { asOwner } from '../support/owner.ts';
import { openProcess } from '../support/process.ts';
import { openPushReceiver, type PushReceiver } from '../support/push.ts';
import { expect, type Phone, test as base } from './fixtures.ts';
import { setNetwork } from './steps.ts';

const test = base.extend<object, { receiver: PushReceiver }>({
	receiver: [
		async ({}, use) => {
			const receiver = await openPushReceiver();
			await use(receiver);
			await receiver.close();
		},
		{ scope: 'worker' }
	],
	// One that also takes the push service of this machine for one.
	cercle: [
		async ({ demo, mails, receiver }, use) => {
			const env = { SMTP_URL: mails.url, PUSH_HOSTS: receiver.origin };
			const cercle = await openProcess({ ...env, CERCLE_DEMO: demo ? '1' : '0' });
			await use(cercle);
			await cercle.remove();
		},
		{ scope: 'worker', timeout: 60_000 }
	]
});
// Notifications need more than a browser without a window has.
test.use({ demo: true, launchOptions: wholeChromium });

/** A browser without a push service of its own subscribes to ours. */
async function subscribeTo({ context }: Phone, { subscription }: PushReceiver) {
	await context.grantPermissions(['notifications']);
	await context.addInitScript(({ endpoint, p256dh, auth }) => {
		let current: object | null = null;
		const own = {
			endpoint,
			toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
			unsubscribe: async () => ((current = null), true)
		};
		if (sessionStorage.getItem('subscribed')) current = own;
		Object.assign(PushManager.prototype, {
			subscribe: async () => (sessionStorage.setItem('subscribed', '1'), (current = own)),
			getSubscription: async () => current
		});
	}, subscription);
}

/**
 * Hands the worker a push as the browser would, and says what it shows. The list is read only once
 * the browser reports it: read before, Chromium takes it for one swept away and forgets it.
 */
async function deliver({ page, context }: Phone, data: string) {
	const session = await context.newCDPSession(page);
	const registered = new Promise<string>((resolve) => {
		session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
			const [own] = registrations.filter(({ isDeleted }) => !isDeleted);
			if (own) resolve(own.registrationId);
		});
	});
	const events: string[] = [];
	session.on('BackgroundService.backgroundServiceEventReceived', ({ backgroundServiceEvent }) => {
		events.push(backgroundServiceEvent.eventName);
	});
	const service = 'notifications';
	await session.send('BackgroundService.startObserving', { service });
	await session.send('BackgroundService.setRecording', { service, shouldRecord: true });
	await session.send('ServiceWorker.enable');
	const registrationId = await registered;
	const origin = new URL(page.url()).origin;
	await session.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
	await expect.poll(() => events).toContain('Notification displayed');
	return page.evaluate(async () => {
		const worker = await navigator.serviceWorker.ready;
		const open = await worker.getNotifications();
		return open.map(({ title, body, tag, lang }) => ({ title, body, tag, lang }));
	});
}

test('a reminder goes from the database to this device, and says only that something waits', async ({
	phone,
	cercle,
	receiver,
	mails,
	traces
}) => {
	const camille = await phone('Camille Roussel', { member: true });
	await subscribeTo(camille, receiver);
	const { page } = camille;
	await page.goto('/me');
	await page.getByRole('link', { name: /Rappels/ }).click();
	await expect(page.getByText(/ne reçoit pas de notification/)).toBeVisible();
	await page.getByRole('button', { name: 'Activer', exact: true }).click();
	await expect(page.getByText('Cet appareil reçoit les notifications.')).toBeVisible();

	await page.getByRole('checkbox', { name: 'Respecter des heures calmes' }).uncheck();
	await page.getByRole('checkbox', { name: /La veille.*E-mail/ }).uncheck();
	await expect(page.getByText('Vos rappels sont enregistrés.')).toBeVisible();
	await page.reload();
	await expect(page.getByRole('checkbox', { name: /La veille.*E-mail/ })).not.toBeChecked();
	await expect(page.getByRole('checkbox', { name: /La veille.*Notification/ })).toBeChecked();
	await expect(page.getByRole('checkbox', { name: /heures calmes/ })).not.toBeChecked();
	await expect(page.getByText('Cet appareil reçoit les notifications.')).toBeVisible();

	// The next session is tomorrow; the device has long been subscribed.
	await asOwner(cercle.dataFolder, async (sql) => {
		await sql`update sessions set starts_at = now() + interval '12 hours' where status = 'planned'`;
		await sql`update push_subscriptions set created_at = now() - interval '30 days'`;
	});
	// It looks at its start, and once a minute.
	await cercle.stop();
	await cercle.start();
	await receiver.received(1);
	const [push] = receiver.pushes;
	for (const { payload } of receiver.pushes) traces.see('push', payload);
	expect(JSON.parse(push!.payload)).toEqual({ kind: 'day', language: 'fr' });

	const shown = await deliver(camille, push!.payload);
	expect(shown).toEqual([
		{
			...{ title: 'Cercle', body: 'Une séance a lieu très bientôt.' },
			...{ tag: 'cercle-day', lang: 'fr' }
		}
	]);

	await page.getByRole('button', { name: 'Désactiver' }).click();
	await expect(page.getByText(/ne reçoit pas de notification/)).toBeVisible();
	const kept = await asOwner(cercle.dataFolder, (sql) => sql`select from push_subscriptions`);
	expect(kept).toHaveLength(0);

	// What went out and what was printed: no name, no group, no title.
	const words = await asOwner(
		cercle.dataFolder,
		(sql) => sql`
			select name as word from groups union select title from actions where title <> ''
			union select question from challenges where question <> ''
			union select place from sessions where place <> '' union select name from profiles
		`
	);
	const said = [...mails.mails.map(({ raw, text }) => raw + text), ...cercle.output].join('\n');
	// The names beside the addresses are printed for the person who starts the demo.
	const printed = said.replace(/^ {2}\S+@demo\.example .*$/gm, '');
	for (const { word } of words) expect(printed).not.toContain(word);
});

test('the calendar has a secret address: shown once, read by a calendar, replaced, revoked', async ({
	phone,
	cercle
}) => {
	const { page, context } = await phone('Karim Benali', { member: true });
	await page.goto('/me/reminders');
	await page.getByRole('button', { name: /Créer l’adresse/ }).click();
	const field = page.getByLabel('Adresse secrète de votre agenda');
	await expect(field).toHaveValue(/\/calendar\/[\w-]{43}\.ics$/);
	const address = await field.inputValue();
	await expect(page.getByRole('link', { name: 'Ajouter à mon agenda' })).toHaveAttribute(
		'href',
		address.replace('http:', 'webcal:')
	);
	const answer = await context.request.get(address);
	expect(answer.headers()['content-type']).toBe('text/calendar; charset=utf-8');
	const events = new ICAL.Component(ICAL.parse(await answer.text())).getAllSubcomponents('vevent');
	expect(events.length).toBeGreaterThan(0);
	expect(new Set(events.map((event) => event.getFirstPropertyValue('summary')))).toEqual(
		new Set(['Cercle'])
	);
	// The shell must not answer in its place.
	const direct = await page.evaluate(async (url) => (await fetch(url)).status, address);
	expect(direct).toBe(200);

	await page.reload();
	await expect(page.getByText(/adresse secrète existe depuis/)).toBeVisible();
	await expect(field).toBeHidden();
	await page.getByRole('button', { name: 'Nouvelle adresse' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Nouvelle adresse' }).click();
	await expect(field).toHaveValue(/\.ics$/);
	const second = await field.inputValue();
	expect((await context.request.get(address)).status()).toBe(404);
	expect((await context.request.get(second)).status()).toBe(200);
	await page.getByRole('button', { name: 'Révoquer' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Révoquer' }).click();
	await expect(page.getByText('L’adresse ne fonctionne plus.')).toBeVisible();
	expect((await context.request.get(second)).status()).toBe(404);
	expect(cercle.output.join('\n')).not.toContain(second.split('/').at(-1));
});

test('the file of a session is read by a calendar too', async ({ phone }) => {
	const { page } = await phone('Karim Benali', { member: true });
	await page.goto('/today');
	await page.locator('a[href^="/session/"]').first().click();
	const downloaded = page.waitForEvent('download');
	await page.getByRole('button', { name: /agenda|calendrier/i }).click();
	const chunks: Buffer[] = [];
	for await (const chunk of await (await downloaded).createReadStream()) chunks.push(chunk);
	const [event] = new ICAL.Component(
		ICAL.parse(Buffer.concat(chunks).toString())
	).getAllSubcomponents('vevent');
	expect(event?.getFirstPropertyValue('summary')).toBe('Cercle');
});

test('offline, the page says that reminders are set with a connection', async ({ phone }) => {
	const karim = await phone('Karim Benali', { member: true });
	const { page } = karim;
	await page.goto('/me');
	await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	await setNetwork(karim, false);
	await page.goto('/me/reminders');
	await expect(page.getByText(/Vous êtes hors ligne/)).toBeVisible();
	await setNetwork(karim, true);
	await page.getByRole('button', { name: 'Réessayer' }).click();
	await expect(page.getByText('Heures calmes', { exact: true })).toBeVisible();
});

test('what could not be saved is not shown as chosen', async ({ phone }) => {
	const karim = await phone('Karim Benali', { member: true });
	const { page } = karim;
	await page.goto('/me/reminders');
	const week = page.getByRole('checkbox', { name: /semaine.*E-mail/ });
	const from = page.getByLabel('De', { exact: true });
	await expect(week).toBeChecked();
	await setNetwork(karim, false);
	await week.click();
	await expect(page.getByText(/Vous êtes hors ligne/)).toBeVisible();
	await expect(week).toBeChecked();
	await from.fill('20:15');
	await from.blur();
	await expect(from).toHaveValue('21:00');
	await setNetwork(karim, true);
	await week.click();
	await expect(page.getByText('Vos rappels sont enregistrés.')).toBeVisible();
	await page.reload();
	await expect(week).not.toBeChecked();
	await expect(from).toHaveValue('21:00');
});
