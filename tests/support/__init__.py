"""What tests share: small corpora and runs, fake servers, browsers, clusters and forks."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
