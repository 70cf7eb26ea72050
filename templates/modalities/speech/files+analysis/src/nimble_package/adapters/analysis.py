"""Clips, seen from behind the average: slices by keyword, family and noise; features are bands."""

from pathlib import Path

import numpy as np

from .. import audio, config, data, evaluate, predict
from ..mlops.analysis import plan
from ..mlops.scores import Array
from ..mlops.settings import UserError

BANDS, TIMES = 8, 10  # groups of mel bands, and stretches of time


def _values(model: predict.Model, heard: Array, labels: Array) -> Array:
    return np.asarray(model(heard).argmax(1) == labels, float)


def snr(sound: Array, rate: int) -> Array:
    """Decibels between the loudest and the quietest tenth of 20 ms frames, of each clip."""
    size = max(rate // 50, 1)
    frames = sound[:, : sound.shape[1] // size * size].reshape(len(sound), -1, size)
    power = np.sort((frames.astype(float) ** 2).mean(2) + 1e-10, axis=1)
    tenth = max(power.shape[1] // 10, 1)
    return np.asarray(10 * np.log10(power[:, -tenth:].mean(1) / power[:, :tenth].mean(1)))


def rows(config_: config.Config) -> plan.Rows:
    """Test and held-out clips by keyword, speaker, family, signal to noise (dB) and level (dB)."""
    evaluate.evaluate(config_)  # refuses a model of other keywords
    splits, model = data.load(config_), predict.load()
    parts = {"test": splits.test, "held out": splits.held_out}
    sound = np.concatenate([part.sound for part in parts.values()])
    labels = np.concatenate([part.labels for part in parts.values()])
    power = (sound.astype(float) ** 2).mean(1) + 1e-10
    columns = {
        "label": [splits.labels[number] for number in labels],
        "speaker": [row["speaker"] for part in parts.values() for row in part.rows],
        "family": [name for name, part in parts.items() for _ in part.rows],
        "snr_db": snr(sound, model.features.rate).tolist(),
        "level_db": (10 * np.log10(power)).tolist(),
    }
    heard = audio.log_mel(sound, model.features)
    return plan.Rows("accuracy", _values(model, heard, labels), columns)


def features(config_: config.Config) -> plan.Features:
    """Groups of mel bands and stretches of time, each taken from another test clip."""
    splits, model = data.load(config_), predict.load()
    heard = audio.log_mel(splits.test.sound, model.features)
    bands = np.array_split(np.arange(heard.shape[1]), min(BANDS, heard.shape[1]))
    times = np.array_split(np.arange(heard.shape[2]), min(TIMES, heard.shape[2]))
    places = {f"mel {part[0] + 1} to {part[-1] + 1}": (part, None) for part in bands}
    ms = model.features.hop_ms
    spans = {f"{part[0] * ms:.0f} to {(part[-1] + 1) * ms:.0f} ms": (None, part) for part in times}

    def score(name: str | None, random: np.random.Generator) -> float:
        mixed = heard.copy()
        if name is not None:
            other = heard[random.permutation(len(heard))]
            band, time = {**places, **spans}[name]
            if band is not None:
                mixed[:, band] = other[:, band]
            if time is not None:
                mixed[:, :, time] = other[:, :, time]
        return float(_values(model, mixed, splits.test.labels).mean())

    return plan.Features("accuracy", [*places, *spans], score)


def steps(config_: config.Config) -> plan.Steps:
    """Cutting to length, log-mel, the model; the file's own decoding depends on its format."""
    sound, model = data.load(config_).test.sound, predict.load()
    heard = audio.log_mel(sound, model.features)
    run = {
        "cut to length": lambda: [audio.fit(clip, model.features) for clip in sound],
        "log-mel": lambda: audio.log_mel(sound, model.features),
        "(model)": lambda: model(heard),
    }
    return plan.Steps(len(sound), run)


def explain(_: config.Config, given: str, __: int, folder: Path) -> list[str]:
    """What the model hears in a file, and what the answer loses where a stretch is silenced."""
    model = predict.load()
    clip, fault = audio.read(Path(given), model.features)
    if fault:
        raise UserError(f'"{given}" {fault}')
    heard = audio.log_mel(clip[None].astype(np.float32), model.features)
    chances = model(heard)[0]
    order = np.argsort(-chances, kind="stable")
    parts = np.array_split(np.arange(heard.shape[2]), min(TIMES, heard.shape[2]))
    silent = np.repeat(heard, len(parts), axis=0)
    for place, part in enumerate(parts):
        silent[place][:, part] = heard.min()
    adds, ms = chances[order[0]] - model(silent)[:, order[0]], model.features.hop_ms
    _draw(folder / "heard.png", heard[0], adds, ms, model.labels[order[0]])
    ratio, peak = snr(clip[None], model.features.rate)[0], float(np.abs(clip).max())
    lines = [f"{given}: peak {peak:.3f}, signal to noise {ratio:.1f} dB", ""]
    lines += [f"{chances[number]:.4f}  {model.labels[number]}" for number in order[:5]]
    lines += ["", f"what a stretch adds to the chance of {model.labels[order[0]]}:"]
    for part, value in zip(parts, adds.tolist(), strict=True):
        lines.append(f"{part[0] * ms:5.0f} to {(part[-1] + 1) * ms:5.0f} ms  {value:+.4f}")
    return [*lines, "", f"picture: {folder / 'heard.png'}"]


def _draw(path: Path, heard: Array, adds: Array, ms: float, label: str) -> None:
    from ..mlops.analysis.picture import BLUE, canvas

    with canvas(path, f"What is heard, and what it adds to the chance of {label}", 4.5) as axes:
        mels, frames = heard.shape
        extent = (0.0, frames * ms, 0.0, float(mels))
        axes.imshow(heard, "magma", origin="lower", aspect="auto", extent=extent)
        axes.set(xlabel="milliseconds", ylabel="mel band")
        over = axes.twinx()
        middles = (np.arange(len(adds)) + 0.5) * frames * ms / len(adds)
        over.bar(middles, adds, 0.9 * frames * ms / len(adds), color=BLUE, alpha=0.6)
        over.set_ylabel("adds")
