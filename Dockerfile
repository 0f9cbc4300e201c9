# Debian with all that ./run and ./test need:
#
#   docker build -t pagoda .
#   docker run -it --rm -v "$PWD:/pagoda" pagoda ./run
#
# docs/install.md says more.
FROM debian:12

# tools/deps.sh knows the packages.  Only what it reads is copied: the checkout itself is
# mounted, and a change of it makes no new image.
WORKDIR /pagoda
COPY tools/deps.sh tools/
COPY mk/toolchain.mk mk/
RUN BUILD=/tmp/build tools/deps.sh test \
	&& rm -rf /tmp/build /var/lib/apt/lists/*

# The checkout belongs to a user whom this system does not know.
RUN git config --system safe.directory '*'

# For editors; docker itself starts programs as root unless --user says otherwise.
RUN useradd --create-home --shell /bin/bash pagoda

CMD ["bash"]
