import type { IncomingMessage } from 'node:http';
import type { Cercle } from '#lib/server/platform.ts';

declare module 'http' {
	interface IncomingMessage {
		/** Set by the process on every request it hands to the pages. */
		cercle?: Cercle;
		/** The network address of the caller. */
		caller?: string;
	}
}

declare global {
	namespace App {
		interface Error {
			/** A stable code the interface translates; never a text from the server. */
			code?: string;
		}

		interface Platform {
			req: IncomingMessage;
		}
	}

	/** Chromium's own question whether to install the app, kept until the member wants it. */
	interface InstallOffer extends Event {
		prompt(): Promise<{ outcome: string }>;
	}

	interface WindowEventMap {
		beforeinstallprompt: InstallOffer;
	}

	interface Window {
		/** Set by `static/before.js`. */
		offer?: InstallOffer;
	}
}

export {};
