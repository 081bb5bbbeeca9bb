import { HomeScreen } from '#lib/offline/home-screen.svelte.ts';
import { afterEach, expect, test, vi } from 'vitest';

let end = () => {};
afterEach(() => {
	end();
	delete window.offer;
	localStorage.clear();
});

function opened(installed = false): HomeScreen {
	const screen = new HomeScreen(installed);
	end = screen.start();
	return screen;
}

function offer(outcome: string) {
	const event = new Event('beforeinstallprompt', { cancelable: true });
	const prompt = vi.fn(async () => ({ outcome }));
	dispatchEvent(Object.assign(event, { prompt }));
	return { event, prompt };
}

test('the browser’s offer is kept for our own button, which asks once', async () => {
	const screen = opened();
	expect(screen.offered).toBe(false);
	const { event, prompt } = offer('accepted');
	expect(event.defaultPrevented).toBe(true);
	expect(screen.offered).toBe(true);
	expect(prompt).not.toHaveBeenCalled();
	expect(await screen.install()).toBe(true);
	expect(await screen.install()).toBe(false);
	expect(prompt).toHaveBeenCalledTimes(1);
	expect(screen.installed).toBe(true);
	expect(screen.offered).toBe(false);
});

test('an offer that came before the app listened is kept', () => {
	window.offer = Object.assign(new Event('beforeinstallprompt'), { prompt: vi.fn() });
	expect(opened().offered).toBe(true);
});

test('a refused offer is not put forward again, not even after a reload', async () => {
	const screen = opened();
	offer('dismissed');
	expect(await screen.install()).toBe(false);
	expect(screen.installed).toBe(false);
	expect(screen.dismissed).toBe(true);
	end();
	expect(opened().dismissed).toBe(true);
});

test('installed from the browser’s own menu: nothing is offered any more', () => {
	const screen = opened();
	offer('accepted');
	dispatchEvent(new Event('appinstalled'));
	expect(screen.installed).toBe(true);
	expect(screen.offered).toBe(false);
});

test('an installed app offers nothing', () => {
	const screen = opened(true);
	offer('accepted');
	expect(screen.offered).toBe(false);
});
