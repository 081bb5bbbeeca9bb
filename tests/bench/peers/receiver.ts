import type { WebSocket as Socket } from 'ws';
import type { Mechanism } from './server.ts';

declare global {
	interface Window {
		/** True time at which the digits of the client that started reach zero. */
		endsAt: number;
	}
}

/**
 * A start stamped by each client that receives it, as mobtime (github.com/mrozbarry/mobtime, branch
 * master, a0e7ef7) does it: the server hands a message on to all others (src/actions.js, MessageTimer); a
 * start carries the time left and each client counts from its own clock at reception
 * (public/actions.js, UpdateByWebsocketData), looking every 100 ms (public/subscriptions.js); a
 * pause carries the time left. A client that joins asks the first one there, whose answer, a start with
 * what it shows as left, goes to all others (src/actions.js, MessageTimerOwner; public/actions.js,
 * client:new). Written anew, and without all else that mobtime is.
 */
export function openReceiver(duration: number): Mechanism {
	const sockets = new Set<Socket>();
	return {
		anchored: true,
		script: `(${page})(${duration})`,
		end: (driver) => driver.evaluate(() => window.endsAt),
		connect(socket) {
			sockets.add(socket);
			socket.on('close', () => sockets.delete(socket));
			socket.on('message', (data) => {
				const text = String(data);
				const [owner] = sockets;
				const others = [...sockets].filter((other) => other !== socket);
				const hearers = JSON.parse(text).type === 'client:new' ? [owner] : others;
				for (const hearer of hearers) if (hearer !== socket) hearer?.send(text);
			});
		},
		close: () => undefined
	};
}

/** Runs in the page. */
function page(duration: number): void {
	const LOOK = 100;
	const clock = document.querySelector('[data-testid="clock"]');
	const socket = new WebSocket(location.href.replace(/^http/, 'ws'));
	let left = duration;
	let startedAt: number | null = null;
	let now = Date.now();
	let timer: ReturnType<typeof setTimeout> | undefined;

	const remaining = () => (startedAt === null ? left : Math.max(0, left - (now - startedAt)));
	const show = () => {
		const seconds = Math.ceil(remaining() / 1_000);
		const digits = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
		if (clock) clock.textContent = digits + (startedAt === null ? ' En pause' : '');
	};
	const look = () => {
		now = Date.now();
		show();
		timer = setTimeout(look, LOOK);
	};
	const start = (timerDuration: number) => {
		clearTimeout(timer);
		now = Date.now();
		[left, startedAt] = [timerDuration, now];
		window.endsAt = performance.timeOrigin + performance.now() + timerDuration;
		look();
	};
	const pause = (timerDuration: number) => {
		clearTimeout(timer);
		[left, startedAt] = [timerDuration, null];
		show();
	};
	const tell = (type: string) => socket.send(JSON.stringify({ type, timerDuration: remaining() }));

	socket.onopen = () => socket.send(JSON.stringify({ type: 'client:new' }));
	socket.onmessage = ({ data }) => {
		const { type, timerDuration } = JSON.parse(data);
		if (type === 'timer:start') start(timerDuration);
		else if (type === 'timer:pause') pause(timerDuration);
		else if (type === 'client:new' && startedAt !== null) tell('timer:start');
	};
	for (const button of document.querySelectorAll('button')) {
		button.onclick = () => {
			if (button.value === 'pause') {
				now = Date.now();
				pause(remaining());
				tell('timer:pause');
			} else {
				start(left);
				tell('timer:start');
			}
		};
	}
}
