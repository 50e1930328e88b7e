// @ts-check
/**
 * The phone's camera as a row of pictures, and a photo as one.
 *
 * @typedef {object} Camera
 * @property {() => void} stop
 * @property {((on: boolean) => Promise<void>) | null} torch null: it has none.
 * @property {MediaDeviceInfo[]} all
 * @property {string | undefined} id
 */

// Enough to read a code, and a third of the time of the whole picture.
const WIDE = 640;
const HIGH = 480;
const PHOTO = 1600;
const PAUSE_MS = 90;

/**
 * @param {MediaDevices} media
 * @param {HTMLVideoElement} video
 * @param {string} [wanted] Id of the camera; without one, the one at the back.
 * @returns {Promise<Camera>}
 */
export async function open(media, video, wanted) {
  const which = wanted ? { deviceId: { exact: wanted } } : { facingMode: "environment" };
  const stream = await media.getUserMedia({
    audio: false,
    video: { ...which, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  video.srcObject = stream;
  video.muted = true;
  video.playsInline = true;
  await video.play();
  const [track] = stream.getVideoTracks();
  const can = /** @type {{torch?: boolean}} */ (track?.getCapabilities?.() ?? {});
  return {
    stop() {
      for (const each of stream.getTracks()) each.stop();
      video.srcObject = null;
    },
    torch: track && can.torch ? (on) => track.applyConstraints(/** @type {any} */ ({ advanced: [{ torch: on }] })) : null,
    all: (await media.enumerateDevices()).filter((device) => device.kind === "videoinput"),
    id: track?.getSettings().deviceId,
  };
}

/**
 * Look at the camera's pictures until something is read.
 * @param {HTMLVideoElement} video
 * @param {HTMLCanvasElement} canvas
 * @param {import("./decoder.js").Reader} read
 * @param {() => boolean} goesOn
 * @returns {Promise<string | null>} null: it was stopped.
 */
export async function look(video, canvas, read, goesOn) {
  for (let turn = 0; goesOn(); turn += 1) {
    // A code held close fills more than the centre: every third look takes in the whole picture.
    const image = drawn(video, canvas, video.videoWidth, video.videoHeight, turn % 3 !== 2);
    const text = image && (await read(image));
    if (text && goesOn()) return text;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return null;
}

/**
 * @param {Blob} file
 * @param {HTMLCanvasElement} canvas
 * @param {import("./decoder.js").Reader} read
 * @returns {Promise<string | null>} null: no code in it, or no picture at all.
 */
export async function readPhoto(file, canvas, read) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return null;
  for (const longest of [PHOTO, PHOTO / 2, PHOTO / 4]) {
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    const [wide, high] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    const image = painted(picture, canvas, [0, 0, picture.width, picture.height], wide, high);
    const text = image && (await read(image));
    if (text) return text;
  }
  return null;
}

/**
 * @param {CanvasImageSource} source
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {boolean} isCentre
 */
function drawn(source, canvas, width, height, isCentre) {
  if (!width || !height) return null;
  if (isCentre) {
    const [wide, high] = [Math.min(WIDE, width), Math.min(HIGH, height)];
    return painted(source, canvas, [(width - wide) / 2, (height - high) / 2, wide, high], wide, high);
  }
  const scale = Math.min(1, WIDE / Math.max(width, height));
  return painted(source, canvas, [0, 0, width, height], Math.round(width * scale), Math.round(height * scale));
}

/**
 * @param {CanvasImageSource} source
 * @param {HTMLCanvasElement} canvas
 * @param {[number, number, number, number]} part Left, top, width and height within the source.
 * @param {number} wide
 * @param {number} high
 */
function painted(source, canvas, part, wide, high) {
  canvas.width = wide;
  canvas.height = high;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  brush?.drawImage(source, ...part, 0, 0, wide, high);
  return brush?.getImageData(0, 0, wide, high) ?? null;
}
