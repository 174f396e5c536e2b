# Two stages: one installs and builds, with the front end's tools; the other has what serving needs and nothing else.

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /swivi
COPY requirements.txt ./
COPY scripts/install.py scripts/
RUN python scripts/install.py
COPY . .
RUN .venv/bin/python scripts/build.py && sh scripts/slim.sh

FROM python:3.11.14-slim-bookworm
# Swivi runs from its own environment; what the image brings to install packages with is not needed.
RUN pip uninstall --yes --quiet --root-user-action=ignore setuptools wheel pip
RUN useradd --system --uid 10001 --home-dir /swivi --shell /usr/sbin/nologin swivi
WORKDIR /swivi
COPY --from=build /swivi .
# A SQLite file, if that is the database, lives here; nothing else is ever written.
RUN install -d -o swivi data
VOLUME /swivi/data
USER swivi
ENV HOST=0.0.0.0 PORT=8000 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD [".venv/bin/python", "scripts/healthy.py"]
STOPSIGNAL SIGTERM
CMD [".venv/bin/python", "scripts/serve.py"]
