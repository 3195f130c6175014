// What a page itself has; the compiler knows Node alone.
declare const document: any;
declare const getComputedStyle: any;

/**
 * For `page.evaluate`, so it reaches for nothing outside itself: the texts whose contrast to their ground is below the
 * 4.5 of WCAG AA.
 */
export function faintTexts(): string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const channels = (colour: string): number[] => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour: string): number => {
    const [red, green, blue] = channels(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const ground = (element: any): string => {
    // With nothing behind it a page is as the browser paints it, for which `Canvas` is the name.
    if (element === null) return 'Canvas';
    const colour = getComputedStyle(element).backgroundColor;
    return channels(colour)[3] === 0 ? ground(element.parentElement) : colour;
  };
  const contrast = (element: any): number => {
    const shades = [luminance(getComputedStyle(element).color), luminance(ground(element))];
    return (Math.max(...shades) + 0.05) / (Math.min(...shades) + 0.05);
  };
  return [...document.body.querySelectorAll('*')]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''))
    .filter((element) => contrast(element) < 4.5)
    .map((element) => `${element.outerHTML.slice(0, 80)} ${contrast(element)}`);
}
