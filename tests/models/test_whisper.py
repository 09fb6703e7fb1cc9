"""Whisper by faster-whisper: what is refused, and the real loading of a tiny random model."""

import json

import numpy as np
import pytest

from clerestory.errors import BadSettings, ModelCorrupt, ModelMissing
from clerestory.models.speech import RATE, load_speech_recogniser
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings


def load(speech, tmp_path):
    settings = ModelSettings(speech=speech)
    return load_speech_recogniser(
        settings, store=WeightStore(settings, cache=tmp_path / "cache", offline=True)
    )


def test_an_unknown_recogniser_is_refused(tmp_path):
    for name in ("nobody", "minilm-l6-int8"):
        with pytest.raises(BadSettings, match="moonshine"):
            load(name, tmp_path)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelCorrupt, match=r"model\.bin"):
        load(str(tmp_path), tmp_path)


def test_a_model_of_a_hub_has_to_be_pulled_first(tmp_path):
    with pytest.raises(ModelMissing, match="owner/whisper") as caught:
        load("hub:owner/whisper", tmp_path)
    assert "models pull hub:owner/whisper" in caught.value.fix


def test_files_that_are_no_model_are_told(tmp_path):
    pytest.importorskip("faster_whisper")
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(ModelCorrupt, match="CTranslate2"):
        load(str(tmp_path), tmp_path)


def test_a_random_model_is_loaded_and_heard_by_its_folder(tmp_path):
    pytest.importorskip("faster_whisper")
    folder = tmp_path / "whisper"
    make_model(folder)
    recogniser = load(str(folder), tmp_path)
    assert recogniser.name == str(folder) and {"en", "de"} <= recogniser.languages
    sound = np.random.default_rng(0).normal(0, 0.1, 5 * RATE).astype(np.float32)
    heard = recogniser.transcribe(sound)
    assert heard.words and heard.log_probability < 0 and 0 <= heard.covered <= 1
    for word in heard.words:
        assert word.text == word.text.strip() and 0 <= word.confidence <= 1
        assert 0 <= word.start_s <= word.end_s
    assert recogniser.transcribe(sound[: RATE // 2]).language in {*recogniser.languages, "und"}


TEXT_TOKENS, LANGUAGES, MOMENTS = 50_257, 100, 1501  # of multilingual Whisper models, large-v3 and later


def make_model(folder):
    """A Whisper of one layer, 16 numbers wide, with random weights and made-up words."""
    from ctranslate2.specs import whisper_spec

    width, mels = 16, 80
    tokens = tokens_of()
    spec = whisper_spec.WhisperSpec(1, 1, 1, 1)
    draw = np.random.default_rng(1)

    def weights(*shape):
        return draw.normal(0, 0.3, shape).astype(np.float32)

    def linear(layer, rows, columns):
        layer.weight, layer.bias = weights(rows, columns), weights(rows)

    def norm(layer):
        layer.gamma, layer.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    def attention(layer, *, own):
        norm(layer.layer_norm)
        if own:
            linear(layer.linear[0], 3 * width, width)
            linear(layer.linear[1], width, width)
        else:
            linear(layer.linear[0], width, width)
            linear(layer.linear[1], 2 * width, width)
            linear(layer.linear[2], width, width)

    def feed_forward(layer):
        norm(layer.layer_norm)
        linear(layer.linear_0, 4 * width, width)
        linear(layer.linear_1, width, 4 * width)

    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = weights(width, mels, 3), weights(width)
    encoder.conv2.weight, encoder.conv2.bias = weights(width, width, 3), weights(width)
    encoder.position_encodings.encodings = weights(1500, width)
    norm(encoder.layer_norm)
    attention(encoder.layer[0].self_attention, own=True)
    feed_forward(encoder.layer[0].ffn)
    decoder.embeddings.weight = weights(len(tokens), width)
    decoder.position_encodings.encodings = weights(448, width)
    decoder.projection.weight = weights(len(tokens), width)
    norm(decoder.layer_norm)
    attention(decoder.layer[0].self_attention, own=True)
    attention(decoder.layer[0].attention, own=False)
    feed_forward(decoder.layer[0].ffn)
    spec.config.alignment_heads = [[0, 0]]
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [TEXT_TOKENS]
    spec.config.lang_ids = list(range(TEXT_TOKENS + 2, TEXT_TOKENS + 2 + LANGUAGES))
    spec.register_vocabulary(tokens)
    spec.validate()
    folder.mkdir()
    spec.save(str(folder))
    write_tokenizer(folder / "tokenizer.json", tokens)


def tokens_of():
    from faster_whisper.tokenizer import _LANGUAGE_CODES
    from tokenizers.pre_tokenizers import ByteLevel

    letters = sorted(ByteLevel.alphabet())
    words = [f"Ġw{number}" for number in range(TEXT_TOKENS - len(letters))]
    languages = [f"<|{code}|>" for code in list(_LANGUAGE_CODES)[:LANGUAGES]]
    marks = ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"]
    moments = [f"<|{number * 0.02:.2f}|>" for number in range(MOMENTS)]
    special = ["<|endoftext|>", "<|startoftranscript|>", *languages, *marks, "<|notimestamps|>", *moments]
    words[-1] = ""  # by this piece CTranslate2 knows a model of many languages
    return [*letters, *words, *special]


def write_tokenizer(path, tokens):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.BPE(vocab={token: n for n, token in enumerate(tokens)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([token for token in tokens[TEXT_TOKENS:-MOMENTS]])
    tokenizer.save(str(path))
    assert json.loads(path.read_text())["model"]["type"] == "BPE"
