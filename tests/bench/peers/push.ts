import type { WebSocket as Socket } from 'ws';
import type { Mechanism } from './server.ts';

/** How often the server looks at its clock, in ms. */
const REFRESH = 32;

interface Timer {
	/** Milliseconds left, as the server last computed them. */
	current: number;
	playback: 'armed' | 'play' | 'pause';
}

/**
 * One-second push, as Ontime (github.com/cpvalente/ontime, fb559ed) does it: the server recomputes
 * the timer every 32 ms (apps/server/src/setup/config.ts, services/EventTimer.ts), sends it to
 * everybody when the second rolls over and at once when somebody changes it
 * (services/runtime-service/runtime.service.ts and runtime.utils.ts), and a client that connects is
 * given what was last sent (adapters/WebsocketAdapter.ts). Clients show what they were last given
 * (apps/client/src/common/utils/socket.ts). Written anew, and without all else that Ontime is.
 */
export function openPush(duration: number): Mechanism {
	const sockets = new Set<Socket>();
	let left = duration;
	let since: number | null = null;
	let playback: Timer['playback'] = 'armed';
	let sent: Timer = { current: left, playback };

	const now = () => performance.timeOrigin + performance.now();
	const current = () => (since === null ? left : left - (now() - since));
	const second = (timer: Timer) => Math.ceil(timer.current / 1_000);

	function update(): void {
		const timer = { current: current(), playback };
		if (second(timer) === second(sent) && timer.playback === sent.playback) return;
		sent = timer;
		for (const socket of sockets) socket.send(JSON.stringify({ timer }));
	}
	const interval = setInterval(update, REFRESH);

	return {
		anchored: false,
		script: `(${page})()`,
		end: async () => now() + current(),
		connect(socket) {
			sockets.add(socket);
			socket.send(JSON.stringify({ timer: sent }));
			socket.on('close', () => sockets.delete(socket));
			socket.on('message', (data) => {
				left = current();
				playback = String(data) === 'pause' ? 'pause' : 'play';
				since = playback === 'play' ? now() : null;
				update();
			});
		},
		close: () => clearInterval(interval)
	};
}

/** Runs in the page. */
function page(): void {
	const clock = document.querySelector('[data-testid="clock"]');
	const socket = new WebSocket(location.href.replace(/^http/, 'ws'));
	socket.onmessage = ({ data }) => {
		const { timer } = JSON.parse(data);
		const seconds = Math.ceil(timer.current / 1_000);
		const digits = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
		if (clock) clock.textContent = digits + (timer.playback === 'pause' ? ' En pause' : '');
	};
	for (const button of document.querySelectorAll('button')) {
		button.onclick = () => socket.send(button.value);
	}
}
