import { startApp } from '#app';

/** What the device keeps is read while the page is still being put together. */
export function init(): void {
	// The part that needs it asks again, and is told what was in the way.
	startApp()
		.device.resume()
		.catch(() => {});
}
